import "reflect-metadata";
import { X509Certificate as NodeCertificate } from "node:crypto";
import { X509Certificate } from "@peculiar/x509";
import { EvidenceError } from "./reader";

/**
 * Reads something off a certificate, PEM or DER. The parser reads the parts when they are asked for and throws errors of its
 * own then; so everything is asked for in here.
 *
 * @param what names it in the error: `GPU certificate`
 * @throws EvidenceError where it, or a part that is asked for, cannot be read
 */
export function readCertificate<T>(
  certificate: string | Uint8Array,
  what: string,
  read: (certificate: X509Certificate) => T,
): T {
  try {
    return read(new X509Certificate(typeof certificate === "string" ? certificate : Buffer.from(certificate)));
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    throw new EvidenceError(`${what}: not a certificate, or one that is damaged`);
  }
}

/**
 * DER of a certificate, by the reader that chains and keys are checked with.
 *
 * @throws EvidenceError where it is none
 */
export function rawCertificate(certificate: string | Uint8Array, what: string): Buffer {
  try {
    return new NodeCertificate(certificate).raw;
  } catch {
    throw new EvidenceError(`${what}: not a certificate`);
  }
}
