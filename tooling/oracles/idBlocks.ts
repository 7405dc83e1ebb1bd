import { generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { snpIdBlock, verifyIdBlock } from "../../components/guest/measurement/snp/idBlock";
import { UserError } from "../ui";
import type { AskPython } from "./sevSnpMeasure";

/** Where signatures stand in the authentication: they are random, so the other bytes alone can be equal. */
const signatures: readonly [number, number][] = [
  [64, 576],
  [1664, 2176],
];

/** Signs the same digests with the same keys here and with snp-create-id-block; both results have to verify here. */
export async function compareIdBlocks(digests: readonly string[], work: string, ask: AskPython): Promise<string> {
  const idKey = newKey(join(work, "id.pem"));
  const authorKey = newKey(join(work, "author.pem"));
  const keys = ["--idkey", join(work, "id.pem"), "--authorkey", join(work, "author.pem")];
  const answers = await ask(
    digests.map((digest) => [
      ...["snp-create-id-block", "--measurement", Buffer.from(digest, "hex").toString("base64")],
      ...keys,
    ]),
  );
  digests.forEach((launchDigest, index) => {
    const { out, error } = answers[index]!;
    const [, idBlock = "", idAuth = "", idHash, authorHash] =
      /^id-block=(\S+),id-auth=(\S+)\nid_key_hash: (\S+)\nauthor_key: (\S+)$/.exec(out) ?? [];
    const own = snpIdBlock({ launchDigest, idKey, authorKey });
    const [here, there] = [verifyIdBlock(own), verifyIdBlock({ idBlock, idAuth })];
    const base64 = (hex: string) => Buffer.from(hex, "hex").toString("base64");
    const equal =
      idBlock === own.idBlock &&
      unsigned(idAuth).equals(unsigned(own.idAuth)) &&
      here.launchDigest === launchDigest &&
      there.idKeyDigest === here.idKeyDigest &&
      base64(here.idKeyDigest) === idHash &&
      base64(here.authorKeyDigest) === authorHash;
    if (!equal)
      throw new UserError(`The ID block of ${launchDigest} differs from snp-create-id-block's.`, undefined, [
        out || error,
      ]);
  });
  return `${digests.length} ID blocks agree`;
}

/** SIMULATED keys, gone with the folder. */
function newKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
  writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
  return privateKey;
}

function unsigned(idAuth: string): Buffer {
  const bytes = Buffer.from(idAuth, "base64");
  for (const [start, end] of signatures) bytes.fill(0, start, end);
  return bytes;
}
