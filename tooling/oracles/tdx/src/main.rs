//! Digests that Trustfoundry computes, computed by others. `tdx-oracle mrtd|authenticode FILE…` writes one line of hex
//! a file, or `error` and why.
//!
//! MRTD is in the order of upstream KVM: each page is added and then measured.

use std::error::Error;
use std::fs::File;
use std::path::Path;

use igvm::IgvmDirectiveHeader;
use igvm_defs::{IgvmPageDataFlags, IgvmPageDataType};
use object::read::pe::{PeFile32, PeFile64};
use sha2::{Digest, Sha384};

const PAGE: usize = 4096;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((mode, files)) = arguments.split_first() else {
        eprintln!("usage: tdx-oracle mrtd|authenticode FILE…");
        std::process::exit(2);
    };
    for file in files {
        let answer = match mode.as_str() {
            "mrtd" => mrtd(Path::new(file)),
            "authenticode" => authenticode_sha384(Path::new(file)),
            _ => Err(format!("unknown mode {mode}").into()),
        };
        match answer {
            Ok(digest) => println!("{}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
            Err(error) => println!("error {}", error.to_string().replace('\n', " ")),
        }
    }
}

/// The firmware's sections, page by page, as directives of an IGVM file.
fn mrtd(path: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let firmware = std::fs::read(path)?;
    let sections = tdx::tdvf::parse_sections(&mut File::open(path)?).map_err(|error| error.to_string())?;
    let mut pages = Vec::new();
    for section in sections {
        let (attributes, address, size) = (section.attributes, section.memory_address, section.memory_data_size);
        let (offset, raw) = (section.data_offset as usize, section.raw_data_size as usize);
        if attributes & 2 != 0 {
            continue;
        }
        let content = firmware.get(offset..offset + raw).ok_or("content outside of the file")?;
        for at in (0..size as usize).step_by(PAGE) {
            let measured = attributes & 1 != 0;
            let data = content.get(at..(at + PAGE).min(content.len())).unwrap_or_default().to_vec();
            pages.push(IgvmDirectiveHeader::PageData {
                gpa: address + at as u64,
                compatibility_mask: 1,
                flags: IgvmPageDataFlags::new().with_unmeasured(!measured),
                data_type: IgvmPageDataType::NORMAL,
                data: if measured { data } else { Vec::new() },
            });
        }
    }
    Ok(igvm::measurement::generate_tdx_measurement(&pages, 1)?.to_vec())
}

fn authenticode_sha384(path: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let image = std::fs::read(path)?;
    let mut digest = Sha384::new();
    let result = match PeFile64::parse(image.as_slice()) {
        Ok(pe) => authenticode::authenticode_digest(&pe, &mut digest),
        Err(_) => authenticode::authenticode_digest(&PeFile32::parse(image.as_slice())?, &mut digest),
    };
    result.map_err(|error| error.to_string())?;
    Ok(digest.finalize().to_vec())
}
