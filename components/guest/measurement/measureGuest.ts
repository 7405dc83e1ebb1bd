import type { LaunchOptions } from "./commandLine";
import { commandLine } from "./commandLine";
import type { GuestImage } from "./guestImage";
import type { LaunchProfile } from "./launchProfile";
import { cpuSignature } from "./snp/cpuTypes";
import { snpLaunchDigest } from "./snp/launchDigest";
import { rtmr1, rtmr2 } from "./tdx/rtmr";

export { commandLine };

export interface MeasureInputs {
  readonly image: GuestImage;
  readonly profile: LaunchProfile;
  /** QEMU's -smp; `vmShape` computes it from a pod's limits. */
  readonly vcpus: number;
  readonly options?: LaunchOptions;
}

/** What the hardware reports about a guest that started as expected; 48 bytes each, lower-case hex. */
export type GuestMeasurement =
  | { readonly tee: "snp"; readonly launchDigest: string }
  | { readonly tee: "tdx"; readonly mrTd: string; readonly rtmr1: string; readonly rtmr2: string };

/** VMSA field SEV_FEATURES: SNP alone. Kata sets no other, and neither QEMU nor KVM add one [inferred]. */
export const guestFeatures = 0x1;

/** The one measurement of this guest image, started by this profile with that many vCPUs. */
export function measureGuest({ image, profile, vcpus, options = {} }: MeasureInputs): GuestMeasurement {
  const append = commandLine(profile, image, vcpus, options);
  return profile.tee === "snp" ? measureSnp(image, profile, vcpus, append) : measureTdx(image, append);
}

function measureSnp(image: GuestImage, profile: LaunchProfile, vcpus: number, append: string): GuestMeasurement {
  const firmware = image.firmware.snp;
  if (!firmware) throw missing(image, "firmware.snp", "--firmware-snp");
  return {
    tee: "snp",
    launchDigest: snpLaunchDigest({
      firmware,
      kernel: { sha256: image.kernel.sha256, initrdSha256: image.initrd?.sha256, commandLine: append },
      vcpus,
      cpuSignature: cpuSignature(profile.cpuModel),
      guestFeatures,
    }),
  };
}

function measureTdx(image: GuestImage, append: string): GuestMeasurement {
  const { tdx } = image.firmware;
  if (!tdx) throw missing(image, "firmware.tdx", "--firmware-tdx");
  const { authenticodeSha384 } = image.kernel;
  if (!authenticodeSha384) throw missing(image, "kernel.authenticodeSha384", "--firmware-tdx");
  return {
    tee: "tdx",
    // KVM adds and extends page by page; `twoPass` is what an older one reports.
    mrTd: tdx.mrTd.interleaved,
    rtmr1: rtmr1(authenticodeSha384),
    rtmr2: rtmr2({ commandLine: append, initrdSha384: image.initrd?.sha384 }),
  };
}

function missing(image: GuestImage, what: string, option: string): Error {
  return new Error(`guest image "${image.name}" has no ${what}; describe it again with ${option}`);
}
