import "reflect-metadata";
import { X509Certificate } from "@peculiar/x509";
import { EvidenceError } from "./reader";
import type { SnpTcb } from "./snpReport";

/** What AMD's key service certified a chip's signing key for. */
export interface VcekIdentity {
  /** 64 bytes hex; absent in a cloud's VLEK. */
  readonly chipId?: string;
  readonly tcb: SnpTcb;
}

/** Object identifiers of AMD's extensions (document 57230, "VCEK Certificate and KDS Interface Specification"). */
export const vcekExtensions = {
  bootloader: "1.3.6.1.4.1.3704.1.3.1",
  tee: "1.3.6.1.4.1.3704.1.3.2",
  snp: "1.3.6.1.4.1.3704.1.3.3",
  microcode: "1.3.6.1.4.1.3704.1.3.8",
  hardwareId: "1.3.6.1.4.1.3704.1.4",
} as const;

/** Reads chip and firmware versions off a certificate, PEM or DER. Who issued it is not looked at. */
export function vcekIdentity(certificate: string | Uint8Array): VcekIdentity {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(typeof certificate === "string" ? certificate : Buffer.from(certificate));
  } catch {
    throw new EvidenceError("VCEK: not a certificate");
  }
  const valueOf = (type: string) => {
    const extension = parsed.extensions.find((each) => each.type === type);
    return extension && Buffer.from(extension.value);
  };
  const version = (name: keyof SnpTcb): number => {
    const value = valueOf(vcekExtensions[name]);
    // DER: an INTEGER of one byte, or of two where the highest bit is set.
    if (value?.[0] !== 2 || value.length !== 2 + (value[1] ?? 0) || value.length > 4 || value.length < 3)
      throw new EvidenceError(`VCEK: the certificate has no ${name} version`);
    return value.readUIntBE(2, value.length - 2);
  };
  const tcb = {
    bootloader: version("bootloader"),
    tee: version("tee"),
    snp: version("snp"),
    microcode: version("microcode"),
  };
  const hardwareId = valueOf(vcekExtensions.hardwareId);
  if (hardwareId && hardwareId.length !== 64)
    throw new EvidenceError(`VCEK: its hardware id has ${hardwareId.length} bytes, not 64`);
  return { tcb, ...(hardwareId && { chipId: hardwareId.toString("hex") }) };
}
