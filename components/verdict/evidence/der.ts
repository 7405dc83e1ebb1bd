import * as asn1js from "asn1js";
import { EvidenceError } from "../evidence/reader";

/** Reads DER; what is no DER, or is followed by something, is an error that names the structure. */
export function parseDer(bytes: Uint8Array, what: string): asn1js.AsnType {
  let parsed: asn1js.FromBerResult;
  try {
    parsed = asn1js.fromBER(bytes);
  } catch {
    throw new EvidenceError(`${what}: not DER`);
  }
  if (parsed.offset !== bytes.length) throw new EvidenceError(`${what}: not DER, or something follows it`);
  if (!filled(parsed.result)) throw new EvidenceError(`${what}: not DER, a length in it is not that of its content`);
  return parsed.result;
}

/** Whether members are as long as what holds them says: asn1js reads members beyond that end. */
function filled(value: asn1js.AsnType): boolean {
  if (!(value instanceof asn1js.Constructed || value instanceof asn1js.Sequence || value instanceof asn1js.Set))
    return true;
  const held = value.valueBlock.value;
  return value.lenBlock.length === held.reduce((sum, { blockLength }) => sum + blockLength, 0) && held.every(filled);
}

/** The members of a SEQUENCE. */
export function members(value: asn1js.AsnType | undefined, what: string): asn1js.AsnType[] {
  if (!(value instanceof asn1js.Sequence)) throw new EvidenceError(`${what}: not a sequence`);
  return value.valueBlock.value;
}

/** Pairs of object identifier and value. */
export function byIdentifier(value: asn1js.AsnType | undefined, what: string): Map<string, asn1js.AsnType> {
  const found = new Map<string, asn1js.AsnType>();
  for (const pair of members(value, what)) {
    const [name, content, ...rest] = members(pair, what);
    if (!(name instanceof asn1js.ObjectIdentifier) || !content || rest.length > 0)
      throw new EvidenceError(`${what}: a member is no pair of name and value`);
    const identifier = name.valueBlock.toString();
    if (found.has(identifier)) throw new EvidenceError(`${what}: ${identifier} occurs twice`);
    found.set(identifier, content);
  }
  return found;
}

/** An OCTET STRING of so many bytes, hex. */
export function octets(value: asn1js.AsnType | undefined, length: number, what: string): string {
  if (!(value instanceof asn1js.OctetString)) throw new EvidenceError(`${what}: not a string of bytes`);
  const bytes = Buffer.from(value.valueBlock.valueHexView);
  if (bytes.length !== length) throw new EvidenceError(`${what}: ${bytes.length} bytes; it has ${length}`);
  return bytes.toString("hex");
}

/** An INTEGER or ENUMERATED between 0 and the largest that is allowed. */
export function number(value: asn1js.AsnType | undefined, largest: number, what: string): number {
  if (!(value instanceof asn1js.Integer || value instanceof asn1js.Enumerated))
    throw new EvidenceError(`${what}: not a number`);
  const read = Number(value.toBigInt());
  if (read < 0 || read > largest) throw new EvidenceError(`${what}: ${read}; it is at most ${largest}`);
  return read;
}
