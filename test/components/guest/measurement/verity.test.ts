import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseVerity, rootFsFields } from "../../../../components/guest/measurement/verity";
import { rootHash, salt, verity } from "./guests";

describe("verity parameters", () => {
  it("are read in any order", () => {
    const read = {
      rootHash,
      salt,
      dataBlocks: 65536n,
      dataBlockSize: 4096n,
      hashBlockSize: 4096n,
    };
    expect(parseVerity(verity)).toEqual(read);
    expect(parseVerity(verity.split(",").reverse().join(","))).toEqual(read);
  });

  it("give sectors of 512 bytes, without loss for any size", () => {
    const text = verity.replace("65536", "9007199254740").replace("data_block_size=4096", "data_block_size=65536");
    expect(rootFsFields(text, "ext4").SECTORS).toBe(String(9007199254740n * 128n));
  });

  it.each([
    ["", /"" is none of its five parts/],
    [verity.replace("salt=", "sal="), /"sal=5c/],
    [verity.replace(/,salt=[^,]*/, ""), /salt is missing/],
    [`${verity},salt=00`, /salt is given twice/],
    [verity.replace("7a", "7A"), /root_hash is not 32 bytes of lower-case hex/],
    [verity.replace("7a", ""), /root_hash is not 32 bytes/],
    [verity.replace("7a7a", '7a"a'), /root_hash is not/],
    [verity.replace("65536", "0"), /data_blocks is no positive whole number/],
    [verity.replace("65536", "6e4"), /data_blocks is no positive whole number/],
    [verity.replace("data_block_size=4096", "data_block_size=4000"), /data_block_size is no multiple of 512/],
    [verity.replace("hash_block_size=4096", "hash_block_size=-512"), /hash_block_size is no positive/],
  ])("are refused: %s", (text, message) => {
    expect(() => parseVerity(text)).toThrow(message);
    expect(() => parseVerity(text)).toThrow(/^verity parameters "[^\n]*write root_hash=/);
  });

  it("give a result or one clear error for any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), mutated(verity)), (text) => {
        try {
          expect(Object.keys(parseVerity(text))).toHaveLength(5);
        } catch (error) {
          expect((error as Error).message).toMatch(/^verity parameters "/);
        }
      }),
    );
  });
});

function mutated(text: string) {
  return fc
    .tuple(fc.nat(text.length), fc.nat(8), fc.string({ maxLength: 8 }))
    .map(([at, removed, added]) => text.slice(0, at) + added + text.slice(at + removed));
}
