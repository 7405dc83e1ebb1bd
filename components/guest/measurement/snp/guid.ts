/** The 16 bytes of a GUID as firmware stores it: the first three groups little-endian, the last two as written. */
export function guidBytes(guid: string): Buffer {
  const [first = "", second = "", third = "", ...rest] = guid.split("-");
  const reversed = [first, second, third].map((group) => Buffer.from(group, "hex").reverse());
  return Buffer.concat([...reversed, Buffer.from(rest.join(""), "hex")]);
}

/** The text form of 16 bytes in firmware order. */
export function guidText(bytes: Uint8Array): string {
  const hex = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString("hex");
  const reversed = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).reverse().toString("hex");
  return [reversed(0, 4), reversed(4, 6), reversed(6, 8), hex(8, 10), hex(10, 16)].join("-");
}
