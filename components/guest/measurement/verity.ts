/**
 * Kata's `kernel_verity_params`: how the guest checks every block of its root file system.
 *
 * Source: kata-containers 4.0.0 and 4.1.0, src/runtime/virtcontainers/hypervisor.go:132-323.
 */
export interface Verity {
  /** Root of the hash tree, hex. */
  readonly rootHash: string;
  /** Hex; random for each build of an image. */
  readonly salt: string;
  readonly dataBlocks: bigint;
  /** Bytes. */
  readonly dataBlockSize: bigint;
  /** Bytes. */
  readonly hashBlockSize: bigint;
}

export type RootFsType = "erofs" | "ext4";

/** Bytes of the command line, the space among them: Kata quotes nothing here. */
const rootFlags: Record<RootFsType, string> = { erofs: "ro", ext4: "data=ordered,errors=remount-ro ro" };

const keys = ["root_hash", "salt", "data_blocks", "data_block_size", "hash_block_size"] as const;
const example = "root_hash=…,salt=…,data_blocks=…,data_block_size=4096,hash_block_size=4096";
const sectorBytes = 512n;

export function parseVerity(text: string): Verity {
  const given = new Map<string, string>();
  for (const part of text.split(",")) {
    const [, key = "", value = ""] = /^([a-z_]+)=(.*)$/.exec(part) ?? [];
    if (!(keys as readonly string[]).includes(key)) refuse(text, `"${part.slice(0, 40)}" is none of its five parts`);
    if (given.has(key)) refuse(text, `${key} is given twice`);
    given.set(key, value);
  }
  const hex = (key: string, form: RegExp, what: string) => {
    const value = given.get(key) ?? refuse(text, `${key} is missing`);
    if (!form.test(value)) refuse(text, `${key} is not ${what} of lower-case hex`);
    return value;
  };
  const count = (key: string, multipleOf: bigint) => {
    const value = given.get(key) ?? refuse(text, `${key} is missing`);
    if (!/^[1-9]\d{0,15}$/.test(value)) refuse(text, `${key} is no positive whole number`);
    if (BigInt(value) % multipleOf !== 0n) refuse(text, `${key} is no multiple of ${multipleOf}`);
    return BigInt(value);
  };
  return {
    rootHash: hex("root_hash", /^[0-9a-f]{64}$/, "32 bytes"),
    salt: hex("salt", /^([0-9a-f]{2}){1,256}$/, "1 to 256 bytes"),
    dataBlocks: count("data_blocks", 1n),
    dataBlockSize: count("data_block_size", sectorBytes),
    hashBlockSize: count("hash_block_size", sectorBytes),
  };
}

function refuse(text: string, why: string): never {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  throw new Error(`verity parameters "${shown}": ${why}; write ${example}, as Kata's kernel_verity_params has it`);
}

/** Fills the places of the kernel command line that name the root file system. */
export function rootFsFields(verity: string, type: RootFsType): Record<string, string> {
  const { rootHash, salt, dataBlocks, dataBlockSize, hashBlockSize } = parseVerity(verity);
  return {
    SECTORS: String((dataBlockSize / sectorBytes) * dataBlocks),
    DATA_BLOCK_SIZE: String(dataBlockSize),
    HASH_BLOCK_SIZE: String(hashBlockSize),
    DATA_BLOCKS: String(dataBlocks),
    ROOT_HASH: rootHash,
    SALT: salt,
    ROOT_FLAGS: rootFlags[type],
    ROOT_FS_TYPE: type,
  };
}
