import { createHash } from "node:crypto";
import type { DeviceArchitecture } from "../../components/verdict/evidence/attestRequest";
import { firmwareIdExtension, tcbInfoExtension } from "../../components/verdict/evidence/gpuCertificate";
import type { TestAuthority, TestCertificate } from "./authority";

/** A SIMULATED GPU or NVSwitch with the key that its own chip certified for its firmware. */
export interface TestDevice {
  readonly arch: DeviceArchitecture;
  readonly uuid: string;
  readonly identity: TestCertificate;
  readonly fwid: string;
  /** What devices of a board call the chip by (PDI), 8 bytes hex. */
  readonly name: string;
}

/** The chip that an architecture has unless a release names a model. */
export const usualChips: Readonly<Record<DeviceArchitecture, string>> = {
  HOPPER: "GH100",
  BLACKWELL: "GB100",
  LS10: "LS_10",
};

/**
 * Makes a device as NVIDIA's are: an authority of the chip's own, named after chip and serial number, which certifies the
 * reporting key for one firmware. Certificates name a chip in their first word, as the real ones do; SIMULATED follows.
 */
export async function makeDevice(
  nvidia: TestAuthority,
  machine: string,
  arch: DeviceArchitecture,
  index: number,
  chip: string,
): Promise<TestDevice> {
  const name = createHash("sha256").update(`SIMULATED ${arch} ${index} of ${machine}`).digest("hex").slice(0, 16);
  const fwid = createHash("sha384").update(`SIMULATED firmware of a ${arch}`).digest();
  const rom = await nvidia.subordinate(`${chip} SIMULATED BROM`, `41${name.toUpperCase()}`);
  const identity = await rom.issue({
    commonName: `${chip} SIMULATED FMC`,
    curve: "P-384",
    extensions:
      arch === "BLACKWELL" ? { [tcbInfoExtension]: tcbInfo(fwid) } : { [firmwareIdExtension]: firmwareId(fwid) },
  });
  return { arch, uuid: `GPU-SIMULATED-${machine}-${index}`, identity, fwid: fwid.toString("hex"), name };
}

const sha384 = Buffer.from("0609608648016503040202", "hex");

/** A sequence that ends with the digest, as on Hopper. */
function firmwareId(fwid: Buffer): Buffer {
  return tagged(0x30, tagged(0x30, sha384, tagged(0x04, fwid)));
}

/** DiceTcbInfo as on Blackwell: vendor, model, version, numbers, and digests of two firmwares, of which the first counts. */
function tcbInfo(fwid: Buffer): Buffer {
  const digest = (value: Buffer) => tagged(0x30, sha384, tagged(0x04, value));
  return tagged(
    0x30,
    tagged(0x80, Buffer.from("NVIDIA")),
    tagged(0x81, Buffer.from("SIMULATED")),
    tagged(0x82, Buffer.from("01")),
    ...[0x83, 0x84, 0x85].map((tag) => tagged(tag, Buffer.from([0]))),
    tagged(0xa6, digest(fwid), digest(Buffer.alloc(48))),
    // Flags, vendor's information, type: NVIDIA's parser wants them to be there.
    tagged(0x87, Buffer.from([0, 0])),
    ...[0x88, 0x89].map((tag) => tagged(tag, Buffer.from([0]))),
  );
}

/** DER of less than 256 bytes. */
function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 0x80 ? [content.length] : [0x81, content.length];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
