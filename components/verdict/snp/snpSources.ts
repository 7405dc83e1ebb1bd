import type { CollateralSource } from "../collateralSource";
import type { SnpProduct } from "../context";
import { EvidenceError } from "../evidence/reader";
import type { SnpReport } from "../evidence/snpReport";
import { signingKeyName } from "../evidence/snpReport";
import { isZero } from "./launch";
import { productNames, productOfCpu } from "./products";

const service = "https://kdsintf.amd.com";

/**
 * What AMD's key service has for a report (document 57230, chapter 4): the chip's certificate, the chain above it, and the
 * list of what was revoked of that. A cloud's VLEK is given to that cloud alone, and a chip that hides its id has no
 * address. A report of version 2 does not name its processor: then everything is listed for Milan and for Genoa, one of
 * which will answer, unless the caller knows which.
 */
export function snpSources(report: SnpReport, product = knownProduct(report)): readonly CollateralSource[] {
  const products: readonly SnpProduct[] = product ? [product] : ["milan", "genoa"];
  const key = signingKeyName(report) === "VLEK" ? "vlek" : "vcek";
  return products.flatMap((each) => {
    const base = `${service}/${key}/v1/${productNames[each]}`;
    const named = { product: productNames[each], key: key.toUpperCase() };
    return [
      ...(key === "vcek" && !isZero(report.chipId) ? [vcekSource(report, each, base)] : []),
      {
        kind: "amd-certificates" as const,
        title: `AMD's certificates above ${named.product}'s ${named.key}s`,
        url: `${base}/cert_chain`,
        file: `amd-${key}-${each}-chain.pem`,
      },
      {
        kind: "amd-crl" as const,
        title: `AMD's list of revoked certificates of ${named.product}`,
        url: `${base}/crl`,
        file: `amd-${key}-${each}-crl.der`,
      },
    ];
  });
}

function knownProduct(report: SnpReport): SnpProduct | undefined {
  try {
    return productOfCpu(report);
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}

function vcekSource({ chipId, reportedTcb }: SnpReport, product: SnpProduct, base: string): CollateralSource {
  const turin = product === "turin";
  const chip = turin ? chipId.slice(0, 16) : chipId;
  const two = (value: number) => String(value).padStart(2, "0");
  const versions = [
    ...(turin ? [`fmcSPL=${two(reportedTcb.fmc ?? 0)}`] : []),
    `blSPL=${two(reportedTcb.bootloader)}`,
    `teeSPL=${two(reportedTcb.tee)}`,
    `snpSPL=${two(reportedTcb.snp)}`,
    `ucodeSPL=${two(reportedTcb.microcode)}`,
  ];
  // A chip has another certificate for each version of its firmware.
  const name = [chip.slice(0, 16), ...versions.map((version) => version.replace("SPL=", ""))].join("-");
  return {
    kind: "amd-vcek",
    title: `AMD's certificate (VCEK) of the chip ${chip.slice(0, 16)}…`,
    url: `${base}/${chip}?${versions.join("&")}`,
    file: `amd-vcek-${name}.der`,
  };
}
