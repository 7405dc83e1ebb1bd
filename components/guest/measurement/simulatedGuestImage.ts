import { createHash } from "node:crypto";
import type { GuestImage } from "./guestImage";
import { isKataVersion, kataVersions } from "./kataVersions";

/**
 * SIMULATED: a guest image for a rehearsal, whose digests are those of sentences that say so. Measuring it takes the way
 * of a real one, so that the result changes with what a real measurement changes with; no firmware, kernel or root file
 * system has it.
 */
export function simulatedGuestImage(kata: string): GuestImage {
  if (!isKataVersion(kata))
    throw new Error(`no launch profile of Kata ${kata} is known; there are those of ${kataVersions.join(", ")}`);
  const sha = (algorithm: "sha256" | "sha384", what: string) =>
    createHash(algorithm)
      .update(`SIMULATED, not a measurement of anything: ${what} of a guest of Kata ${kata}`)
      .digest("hex");
  return {
    specVersion: "trustfoundry.dev/guest-image/v1",
    name: `simulated-kata-${kata}`,
    simulated: true,
    kata,
    kernel: { sha256: sha("sha256", "kernel"), authenticodeSha384: sha("sha384", "kernel") },
    rootfs: {
      verity:
        `root_hash=${sha("sha256", "root file system")},salt=${sha("sha256", "salt")},` +
        "data_blocks=262144,data_block_size=4096,hash_block_size=4096",
      type: kata === "3.29.0" ? "ext4" : "erofs",
    },
    firmware: {
      snp: {
        sha256: sha("sha256", "SNP firmware"),
        sizeBytes: 4 * 1024 * 1024,
        seed: sha("sha384", "SNP firmware"),
        sections,
        apResetEip: 0x80b004,
        hashesTableGpa: 0x810c00,
      },
      tdx: {
        sha256: sha("sha256", "TDX firmware"),
        sizeBytes: 4 * 1024 * 1024,
        mrTd: {
          interleaved: sha("sha384", "TDX firmware"),
          twoPass: sha("sha384", "TDX firmware, pages added before they are measured"),
        },
      },
    },
  };
}

/** As in OVMF's AmdSev build (edk2): pages to validate, secrets, CPUID, calling area, kernel hashes. */
const sections = [
  { gpa: 0x800000, size: 0x9000, type: 1 },
  { gpa: 0x80a000, size: 0x3000, type: 1 },
  { gpa: 0x80d000, size: 0x1000, type: 2 },
  { gpa: 0x80e000, size: 0x1000, type: 3 },
  { gpa: 0x80f000, size: 0x1000, type: 4 },
  { gpa: 0x810000, size: 0x1000, type: 0x10 },
  { gpa: 0x811000, size: 0xf000, type: 1 },
] as const;
