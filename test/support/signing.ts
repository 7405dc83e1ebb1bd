import { createPublicKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Release } from "../../components/workload/release";
import { documentText, signRelease } from "../../components/workload/release/document";
import type { SignerPolicy } from "../../components/workload/release/signers";
import type { Factory } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import type { RehearsalMaterial } from "../../stacks/rehearsal";
import { deriveStacks } from "../../stacks/rehearsal";
import { issueReleases } from "../../tooling/rehearsal/ownerReleases";
import { signerPolicy } from "../../tooling/rehearsal/signingKeys";

const newKey = (): KeyObject => generateKeyPairSync("ed25519").privateKey;

/** Keys of one test run: of the model owner, of the data owner, and of somebody else. */
export const signers = { modelOwner: newKey(), dataOwner: newKey(), stranger: newKey() } as const;

/** A signature of the model owner and one of the data owner are needed. */
export const bothSign: SignerPolicy = signerPolicy(signers);

export const pemOf = (key: KeyObject): string => createPublicKey(key).export({ type: "spki", format: "pem" }) as string;

/** The text of a release's document with these signatures, by default those that `bothSign` wants. */
export async function signedText(
  release: Release,
  keys: readonly KeyObject[] = [signers.modelOwner, signers.dataOwner],
): Promise<string> {
  const [first, ...others] = keys;
  if (!first) throw new Error("give a key at least");
  let document = await signRelease({ release, key: first });
  for (const key of others) document = await signRelease({ document, key });
  return documentText(document);
}

/** Signed releases of a whole factory in a folder of their own, and what stacks are derived with. */
export async function signedMaterial(
  factory: Factory,
  keyBrokerCa: string,
  now = new Date(),
): Promise<RehearsalMaterial> {
  const material = { keyBrokerCa, signers: bothSign, releases: mkdtempSync(join(tmpdir(), "releases-")) };
  await issueReleases(parseAs("trust", deriveStacks(factory, material).trust), signers, now);
  return material;
}
