import { createHash } from "node:crypto";
import * as asn1 from "asn1js";
import { readCertificate } from "./certificate";
import { EvidenceError } from "./reader";

/** TCG DICE's older extension: a sequence that ends with the digest of the firmware that holds the key. On Hopper and LS10. */
export const firmwareIdExtension = "2.23.133.5.4.1";
/** DiceTcbInfo, whose member 6 lists digests of firmware: the first one is meant. On Blackwell. */
export const tcbInfoExtension = "2.23.133.5.4.1.1";

const what = "GPU certificate";
const digestBytes = 48;
const firmwareIds = 6;

/**
 * Reads the firmware's digest off a device's certificate; undefined where it names none.
 *
 * Source: NVIDIA/nvtrust `cc_admin_utils.py` extract_fwid; NVIDIA/attestation-sdk `nv_x509.cpp`; certificates of real H100,
 * GB100 and LS10 devices.
 */
export function certifiedFirmwareId(certificate: string): string | undefined {
  return readCertificate(certificate, what, ({ extensions }) => {
    const valueOf = (oid: string) => extensions.find(({ type }) => type === oid)?.value;
    const tcbInfo = valueOf(tcbInfoExtension);
    const older = valueOf(firmwareIdExtension);
    const digest = tcbInfo ? firstFirmwareId(decode(tcbInfo)) : older && lastMember(decode(older));
    return digest?.length === digestBytes ? digest.toString("hex") : undefined;
  });
}

function firstFirmwareId(tcbInfo: asn1.AsnType): Buffer | undefined {
  const list = members(tcbInfo).find(({ idBlock }) => idBlock.tagClass === 3 && idBlock.tagNumber === firmwareIds);
  return list && members(list)[0] && lastMember(members(list)[0] as asn1.AsnType);
}

/** The octet string at the end of the sequence at the end of … */
function lastMember(value: asn1.AsnType): Buffer | undefined {
  if (value instanceof asn1.OctetString) return Buffer.from(value.valueBlock.valueHexView);
  const last = members(value).at(-1);
  return last && lastMember(last);
}

function members(value: asn1.AsnType): asn1.AsnType[] {
  return value instanceof asn1.Constructed ? value.valueBlock.value : [];
}

function decode(bytes: ArrayBuffer): asn1.AsnType {
  const { offset, result } = asn1.fromBER(bytes);
  if (offset === -1) throw new EvidenceError(`${what}: its firmware extension is not ASN.1`);
  return result;
}

/** Who a device is, by the certificates that its maker gave it. */
export interface DeviceIdentity {
  /** Common name of the certificate that the chip itself issues the reporting key with: `GH100 A01 GSP BROM`. */
  readonly hardwareModel: string;
  /** `GH100`, `GB100`, `LS_10`: the first word of it. */
  readonly chip: string;
  /** Serial number of the reporting key's certificate, decimal: what NVIDIA's service calls a device by. */
  readonly ueid: string;
  /** The chip's own name (PDI), 8 bytes hex, which devices of a board call each other by. */
  readonly name?: string;
  /** SHA-256 of the reporting key. */
  readonly key: string;
}

/**
 * Reads it off a chain, leaf first: the leaf is the firmware's, made anew with each firmware; its issuer is the chip's. The
 * chip's serial number is one byte and then its name: so on a real LS10, whose report repeats the name.
 */
export function deviceIdentity(chain: readonly string[]): DeviceIdentity {
  const [leaf, chip] = chain;
  if (leaf === undefined || chip === undefined)
    throw new EvidenceError(`${what}: it comes without the chip's own certificate`);
  const [hardwareModel = "", chipSerial = ""] = readCertificate(chip, what, ({ subjectName }) =>
    ["CN", "2.5.4.5"].map((field) => subjectName.getField(field)[0] ?? ""),
  );
  const serial = /^[0-9a-f]{2}([0-9a-f]{16})$/i.exec(chipSerial);
  const own = readCertificate(leaf, what, ({ serialNumber, publicKey }) => ({
    ueid: BigInt(`0x${serialNumber}`).toString(),
    key: createHash("sha256").update(Buffer.from(publicKey.rawData)).digest("hex"),
  }));
  return {
    hardwareModel,
    chip: hardwareModel.split(" ")[0] ?? "",
    ...own,
    ...(serial?.[1] !== undefined && { name: serial[1].toLowerCase() }),
  };
}
