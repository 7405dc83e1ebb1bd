import type { KeyObject } from "node:crypto";
import { verify } from "node:crypto";
import type { OpaqueFields } from "./gpuOpaque";
import { parseOpaque } from "./gpuOpaque";
import { EvidenceError, Reader } from "./reader";

export { opaqueFields, textField, vbiosVersion } from "./gpuOpaque";

/** Evidence of an NVIDIA device as the driver hands it out: the request that the guest sent, and the device's answer. */
export interface GpuReport {
  /** 32 bytes of the request, hex: what makes it fresh. */
  readonly nonce: string;
  /** Measurements by index, hex. */
  readonly measurements: Readonly<Record<number, string>>;
  /** Opaque fields by number (`opaqueFields`). */
  readonly opaque: OpaqueFields;
  /** Request and answer without the signature: what it covers. */
  readonly signed: Buffer;
  /** R and S, 48 bytes each, big-endian. */
  readonly signature: Buffer;
}

const requestBytes = 37;
const signatureBytes = 96;
const measurementBytes = 48;

/**
 * SPDM 1.1 (DMTF DSP0274): GET_MEASUREMENTS for all blocks with signature and 32 bytes of nonce, then MEASUREMENTS with
 * DMTF measurement blocks, NVIDIA's opaque fields and an ECDSA P-384 signature. The same of GPUs and NVSwitches; checked on
 * published reports of H100, GB100 and LS10 devices, one of which ends with a zero byte more. Nothing is verified here but
 * the structure.
 */
export function parseGpuReport(bytes: Uint8Array): GpuReport {
  const request = new Reader(bytes.subarray(0, requestBytes), "GPU report's request");
  expect(request, 0x11, "SPDM version");
  expect(request, 0xe0, "request code");
  request.skip(1, "attributes");
  expect(request, 0xff, "measurement operation");
  const nonce = request.hex(32, "nonce");
  request.skip(1, "slot");
  const response = new Reader(bytes.subarray(requestBytes), "GPU report");
  expect(response, 0x11, "SPDM version");
  expect(response, 0x60, "response code");
  response.skip(2, "parameters");
  const blocks = response.uint(1, "number of blocks");
  const record = new Reader(response.take(response.uint(3, "record length"), "measurements"), "GPU report's record");
  const measurements: Record<number, string> = {};
  for (let count = 0; count < blocks; count++) {
    const index = record.uint(1, "measurement index");
    expect(record, 1, "measurement specification");
    const size = record.uint(2, "block length");
    record.skip(1, "measurement type");
    const length = record.uint(2, "measurement length");
    if (length !== measurementBytes || size !== length + 3)
      throw new EvidenceError(
        `GPU report: measurement ${index} has ${length} bytes in a block of ${size}, not 48 in 51`,
      );
    if (measurements[index] !== undefined) throw new EvidenceError(`GPU report: measurement ${index} stands twice`);
    measurements[index] = record.hex(length, "measurement");
  }
  record.end();
  response.skip(32, "responder's nonce");
  const opaque = parseOpaque(response.take(response.uint(2, "opaque length"), "opaque data"));
  const covered = bytes.length - response.left;
  const signature = response.take(signatureBytes, "signature");
  if (response.take(response.left, "padding").some((byte) => byte !== 0))
    throw new EvidenceError("GPU report: something follows its signature");
  return {
    nonce,
    measurements,
    opaque,
    signed: Buffer.from(bytes.subarray(0, covered)),
    signature,
  };
}

function expect(read: Reader, value: number, field: string): void {
  const found = read.uint(1, field);
  if (found !== value)
    throw new EvidenceError(`GPU report: ${field} is 0x${found.toString(16)}, not 0x${value.toString(16)}`);
}

/** Whether the key signed the report. */
export function gpuSignatureHolds({ signed, signature }: GpuReport, key: KeyObject): boolean {
  return (
    key.asymmetricKeyDetails?.namedCurve === "secp384r1" &&
    verify("sha384", signed, { key, dsaEncoding: "ieee-p1363" }, signature)
  );
}
