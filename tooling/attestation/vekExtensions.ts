import type { SnpTcb } from "../../components/verdict/evidence/snpBits";
import { vcekExtensions } from "../../components/verdict/evidence/vcekCertificate";

export interface VekSubject {
  /** As AMD writes it: `Genoa`, of old `Milan-B0`. */
  readonly productName: string;
  readonly tcb: SnpTcb;
  /** A chip's id (VCEK, hex), or the cloud that AMD made the key for (VLEK). */
  readonly of: { readonly chipId: string } | { readonly cloud: string };
}

/** AMD's extensions of a SIMULATED VCEK or VLEK, DER by object identifier (see `vcekIdentity`). */
export function vekExtensions({ productName, tcb, of }: VekSubject): Record<string, Buffer> {
  const turin = tcb.fmc !== undefined;
  return {
    [vcekExtensions.structVersion]: integer(turin ? 1 : 0),
    [vcekExtensions.productName]: ia5(productName),
    ...(tcb.fmc !== undefined && { [vcekExtensions.fmc]: integer(tcb.fmc) }),
    [vcekExtensions.bootloader]: integer(tcb.bootloader),
    [vcekExtensions.tee]: integer(tcb.tee),
    [vcekExtensions.snp]: integer(tcb.snp),
    ...(!turin && { [vcekExtensions.spl4]: integer(0) }),
    [vcekExtensions.spl5]: integer(0),
    [vcekExtensions.spl6]: integer(0),
    [vcekExtensions.spl7]: integer(0),
    [vcekExtensions.microcode]: integer(tcb.microcode),
    ...("chipId" in of
      ? { [vcekExtensions.hardwareId]: Buffer.from(of.chipId, "hex") }
      : { [vcekExtensions.cspId]: ia5(of.cloud) }),
  };
}

/** DER of a number below 256. */
export function integer(value: number): Buffer {
  return value < 0x80 ? Buffer.from([2, 1, value]) : Buffer.from([2, 2, 0, value]);
}

/** DER of a text shorter than 128. */
export function ia5(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x16, text.length]), Buffer.from(text, "latin1")]);
}
