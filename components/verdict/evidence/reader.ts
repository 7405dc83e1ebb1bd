/** Why bytes are not what they are said to be. */
export class EvidenceError extends Error {}

/** Reads a binary structure from front to back; every read beyond the end is an error that says where. */
export class Reader {
  private offset = 0;

  constructor(
    private readonly bytes: Uint8Array,
    /** What the structure is, for errors. */
    private readonly what: string,
  ) {}

  get left(): number {
    return this.bytes.length - this.offset;
  }

  take(length: number, field: string): Buffer {
    if (length > this.left)
      throw new EvidenceError(
        `${this.what}: ${field} takes ${length} bytes at offset ${this.offset}, and ${this.left} are left`,
      );
    const taken = Buffer.from(this.bytes.subarray(this.offset, this.offset + length));
    this.offset += length;
    return taken;
  }

  skip(length: number, field: string): void {
    this.take(length, field);
  }

  hex(length: number, field: string): string {
    return this.take(length, field).toString("hex");
  }

  /** Unsigned, little-endian, of 1 to 4 bytes. */
  uint(length: 1 | 2 | 3 | 4, field: string): number {
    return this.take(length, field).readUIntLE(0, length);
  }

  uint64(field: string): bigint {
    return this.take(8, field).readBigUInt64LE();
  }

  /** Nothing may follow: what is not looked at could mean something to somebody else. */
  end(): void {
    if (this.left > 0) throw new EvidenceError(`${this.what}: ${this.left} bytes follow its end`);
  }
}
