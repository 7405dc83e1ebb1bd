import { rawCertificate, readCertificate } from "./certificate";
import { EvidenceError } from "./reader";
import type { SnpTcb } from "./snpBits";

/** What AMD's key service certified a signing key for: a chip's (VCEK), or a cloud's (VLEK). */
export interface VcekIdentity {
  /** Hex: 64 bytes, or 8 of Turin and later; absent in a cloud's VLEK. */
  readonly chipId?: string;
  /** A cloud's VLEK alone: for whom AMD made it, `CN=cc-us-east-2.amazonaws.com`. */
  readonly cloud?: string;
  /** `Milan-B0`, `Genoa`; absent in certificates that AMD did not make. */
  readonly productName?: string;
  readonly tcb: SnpTcb;
}

/**
 * Object identifiers of AMD's extensions (document 57230, "VCEK Certificate and KDS Interface Specification", revision
 * 1.00, table 11 for Turin; a VLEK has `cspId` instead of `hardwareId`). Read a second time in google/go-sev-guest v0.15.0
 * (kds/kds.go), which does not know `fmc` and refuses genuine certificates of Turin, and on certificates of real machines.
 */
export const vcekExtensions = {
  structVersion: "1.3.6.1.4.1.3704.1.1",
  productName: "1.3.6.1.4.1.3704.1.2",
  bootloader: "1.3.6.1.4.1.3704.1.3.1",
  tee: "1.3.6.1.4.1.3704.1.3.2",
  snp: "1.3.6.1.4.1.3704.1.3.3",
  /** Reserved versions, all 0 to this day; the first is Milan's and Genoa's alone. */
  spl4: "1.3.6.1.4.1.3704.1.3.4",
  spl5: "1.3.6.1.4.1.3704.1.3.5",
  spl6: "1.3.6.1.4.1.3704.1.3.6",
  spl7: "1.3.6.1.4.1.3704.1.3.7",
  microcode: "1.3.6.1.4.1.3704.1.3.8",
  fmc: "1.3.6.1.4.1.3704.1.3.9",
  hardwareId: "1.3.6.1.4.1.3704.1.4",
  cspId: "1.3.6.1.4.1.3704.1.5",
} as const;
type ExtensionName = keyof typeof vcekExtensions;

/** Bytes of a chip's id: Milan's and Genoa's, Turin's. */
const chipIdBytes = [64, 8];

const derInteger = 0x02;
const derOctetString = 0x04;
const derIa5String = 0x16;

/** Reads what a key was certified for off a certificate, PEM or DER. Who issued it is not looked at. */
export function vcekIdentity(certificate: string | Uint8Array): VcekIdentity {
  const extensions = extensionsOf(certificate);
  const structVersion = extensions.has(vcekExtensions.structVersion)
    ? versionOf(extensions, "structVersion")
    : undefined;
  if (structVersion !== undefined && structVersion > 1)
    throw new EvidenceError(`VCEK: its structure has version ${structVersion}; 0 and 1 are known`);
  for (const spare of ["spl4", "spl5", "spl6", "spl7"] as const)
    if (extensions.has(vcekExtensions[spare]) && versionOf(extensions, spare) !== 0)
      throw new EvidenceError(`VCEK: it is for a ${spare} that is not 0, and nothing says what that is`);
  const tcb = {
    ...(extensions.has(vcekExtensions.fmc) && { fmc: versionOf(extensions, "fmc") }),
    bootloader: versionOf(extensions, "bootloader"),
    tee: versionOf(extensions, "tee"),
    snp: versionOf(extensions, "snp"),
    microcode: versionOf(extensions, "microcode"),
  };
  const chipId = hardwareIdOf(extensions.get(vcekExtensions.hardwareId));
  const cloud = textOf(extensions, "cspId");
  if (chipId !== undefined && cloud !== undefined)
    throw new EvidenceError(`VCEK: it names a chip and a cloud, ${cloud}; a key belongs to one of the two`);
  const productName = textOf(extensions, "productName");
  return {
    tcb,
    ...(chipId !== undefined && { chipId }),
    ...(cloud !== undefined && { cloud }),
    ...(productName !== undefined && { productName }),
  };
}

type Extensions = ReadonlyMap<string, Buffer>;

function extensionsOf(certificate: string | Uint8Array): Extensions {
  // Of two certificates in one text the two readers may take one each, so that one which nobody issued would name chip and
  // firmware.
  const raw = rawCertificate(certificate, "VCEK");
  const found = new Map<string, Buffer>();
  for (const { type, value } of readCertificate(raw, "VCEK", ({ extensions }) => extensions)) {
    if (found.has(type)) throw new EvidenceError(`VCEK: it has the extension ${type} twice`);
    found.set(type, Buffer.from(value));
  }
  return found;
}

/** DER: an INTEGER of one byte, or of two where the highest bit is set. */
function versionOf(extensions: Extensions, name: ExtensionName): number {
  const value = extensions.get(vcekExtensions[name]);
  const number = value && contents(value, derInteger);
  const isByte =
    number?.length === 1 ? number[0]! < 0x80 : number?.length === 2 && number[0] === 0 && number[1]! >= 0x80;
  if (!number || !isByte) throw new EvidenceError(`VCEK: the certificate has no ${name} version`);
  return number[number.length - 1]!;
}

function textOf(extensions: Extensions, name: ExtensionName): string | undefined {
  const value = extensions.get(vcekExtensions[name]);
  if (!value) return undefined;
  const text = contents(value, derIa5String)?.toString("latin1");
  // It goes to screens as it stands.
  if (text === undefined || !/^[\x20-\x7e]{1,100}$/.test(text))
    throw new EvidenceError(`VCEK: its ${name} is no short line of ASCII`);
  return text;
}

/** The bare bytes, as AMD's service writes them, or an OCTET STRING, as the specification has it. */
function hardwareIdOf(value: Buffer | undefined): string | undefined {
  if (!value) return undefined;
  const id = chipIdBytes.includes(value.length) ? value : contents(value, derOctetString);
  if (!id || !chipIdBytes.includes(id.length))
    throw new EvidenceError(`VCEK: its hardware id has ${(id ?? value).length} bytes, not ${chipIdBytes.join(" or ")}`);
  return id.toString("hex");
}

/** Of a DER value with a length below 128 that is all there is. */
function contents(der: Buffer, tag: number): Buffer | undefined {
  const fits = der[0] === tag && der[1] !== undefined && der[1] < 0x80 && der.length === 2 + der[1];
  return fits ? der.subarray(2) : undefined;
}
