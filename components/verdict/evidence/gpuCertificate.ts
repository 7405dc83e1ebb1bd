import "reflect-metadata";
import { X509Certificate } from "@peculiar/x509";
import { EvidenceError } from "./reader";

/** TCG DICE's extension (DiceTcbInfo), whose last 48 bytes are the digest of the firmware that holds the key. */
export const firmwareIdExtension = "2.23.133.5.4.1";
const digestBytes = 48;

/** Reads the firmware's digest off a device's certificate; undefined where it names none. */
export function certifiedFirmwareId(certificate: string): string | undefined {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch {
    throw new EvidenceError("GPU certificate: not a certificate");
  }
  const value = parsed.extensions.find(({ type }) => type === firmwareIdExtension)?.value;
  if (!value || value.byteLength < digestBytes) return undefined;
  return Buffer.from(value).subarray(-digestBytes).toString("hex");
}
