import { crc32 } from "node:zlib";

/**
 * gzip whose bytes depend on the input alone. zlib is no help: builds of Node link different zlibs (bundled, the
 * distribution's, zlib-ng), which compress differently, and write the platform's id into the header. A release file
 * carries these bytes, so a model owner who rebuilds it elsewhere must get the same file.
 *
 * RFC 1952 header without name, time (0) or system (255, unknown); RFC 1951 body with fixed Huffman codes and greedy
 * matching. Text of policies shrinks to about a third; zlib would reach a quarter.
 */
export function gzip(input: Uint8Array): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(input), 0);
  trailer.writeUInt32LE(input.length % 2 ** 32, 4);
  return Buffer.concat([header, deflate(input), trailer]);
}

const windowBytes = 32768;
const longestMatch = 258;
const shortestMatch = 3;
/** How many earlier occurrences are compared; more compress a little better and cost time. */
const chainLength = 64;

function deflate(input: Uint8Array): Buffer {
  const bits = new BitWriter();
  bits.write(1, 1); // last block
  bits.write(1, 2); // fixed Huffman codes
  const heads = new Map<number, number>();
  const previous = new Int32Array(input.length).fill(-1);
  const remember = (at: number) => {
    if (at + shortestMatch > input.length) return;
    const key = hash(input, at);
    previous[at] = heads.get(key) ?? -1;
    heads.set(key, at);
  };
  for (let at = 0; at < input.length;) {
    const match =
      at + shortestMatch <= input.length ? longest(input, at, heads.get(hash(input, at)) ?? -1, previous) : undefined;
    const length = match?.length ?? 1;
    if (match) writeMatch(bits, match.length, match.distance);
    else writeSymbol(bits, input[at] ?? 0);
    for (let covered = 0; covered < length; covered++) remember(at + covered);
    at += length;
  }
  writeSymbol(bits, 256); // end of block
  return bits.finish();
}

function hash(input: Uint8Array, at: number): number {
  return ((input[at] ?? 0) << 16) | ((input[at + 1] ?? 0) << 8) | (input[at + 2] ?? 0);
}

function longest(
  input: Uint8Array,
  at: number,
  first: number,
  previous: Int32Array,
): { length: number; distance: number } | undefined {
  let best = 0;
  let distance = 0;
  const limit = Math.min(longestMatch, input.length - at);
  for (
    let candidate = first, tries = 0;
    candidate >= 0 && at - candidate <= windowBytes && tries < chainLength;
    tries++
  ) {
    let length = 0;
    while (length < limit && input[candidate + length] === input[at + length]) length++;
    if (length > best) [best, distance] = [length, at - candidate];
    candidate = previous[candidate] ?? -1;
  }
  return best >= shortestMatch ? { length: best, distance } : undefined;
}

/** RFC 1951, 3.2.5: first value of each length and distance code, and its extra bits. */
const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const lengthExtras = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const distanceBases = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];

function writeMatch(bits: BitWriter, length: number, distance: number): void {
  const lengthCode = lastAtMost(lengthBases, length);
  writeSymbol(bits, 257 + lengthCode);
  bits.write(length - (lengthBases[lengthCode] ?? 0), lengthExtras[lengthCode] ?? 0);
  const distanceCode = lastAtMost(distanceBases, distance);
  bits.writeCode(distanceCode, 5);
  bits.write(distance - (distanceBases[distanceCode] ?? 0), distanceCode < 4 ? 0 : (distanceCode >> 1) - 1);
}

function lastAtMost(bases: readonly number[], value: number): number {
  const after = bases.findIndex((base) => base > value);
  return after < 0 ? bases.length - 1 : after - 1;
}

/** RFC 1951, 3.2.6: the fixed code of literals and lengths. */
function writeSymbol(bits: BitWriter, symbol: number): void {
  if (symbol < 144) bits.writeCode(0x30 + symbol, 8);
  else if (symbol < 256) bits.writeCode(0x190 + symbol - 144, 9);
  else if (symbol < 280) bits.writeCode(symbol - 256, 7);
  else bits.writeCode(0xc0 + symbol - 280, 8);
}

class BitWriter {
  private readonly bytes: number[] = [];
  private pending = 0;
  private count = 0;

  /** Plain values go least significant bit first. */
  write(value: number, width: number): void {
    for (let bit = 0; bit < width; bit++) {
      this.pending |= ((value >> bit) & 1) << this.count;
      if (++this.count === 8) {
        this.bytes.push(this.pending);
        this.pending = 0;
        this.count = 0;
      }
    }
  }

  /** Huffman codes go most significant bit first. */
  writeCode(code: number, width: number): void {
    for (let bit = width - 1; bit >= 0; bit--) this.write((code >> bit) & 1, 1);
  }

  finish(): Buffer {
    if (this.count > 0) this.bytes.push(this.pending);
    return Buffer.from(this.bytes);
  }
}
