import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Release } from "../../components/workload/release";
import { isDocumentFile } from "../../components/workload/release/document";
import type { SignerPolicy } from "../../components/workload/release/signers";
import type { Factory } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import { deriveStacks } from "../../stacks/rehearsal";
import { TestAuthority } from "../attestation/authority";
import { readRelease } from "../commands/release/open";
import { readNamed } from "../files";
import { UserError } from "../ui";
import { readRecord } from "./instance";
import { issueReleases } from "./ownerReleases";
import type { InstancePaths } from "./paths";
import { signerPolicy, signingKeys } from "./signingKeys";

/** Signed releases of a rehearsal, and whose signatures count. */
export interface SignedReleases {
  readonly releases: readonly { readonly release: Release; readonly text: string }[];
  readonly signers: SignerPolicy;
  /** Where they are from, for people. */
  readonly from: string;
}

/**
 * The releases that a rehearsal's model owner signed; where there is no such rehearsal, those of its description, signed by
 * keys of this run. No cluster is asked.
 */
export async function signedReleases(
  paths: InstancePaths,
  describe: () => Factory,
  now: Date,
): Promise<SignedReleases> {
  const record = readRecord(paths);
  if (record) {
    const { factory } = record;
    const releases = read(paths.releases(factory.parties.modelOwner));
    if (releases.length > 0)
      return {
        releases,
        signers: signerPolicy(signingKeys(paths, factory.parties)),
        from: `signed in the rehearsal ${paths.instance}`,
      };
  }
  return fresh(describe(), now);
}

async function fresh(factory: Factory, now: Date): Promise<SignedReleases> {
  const directory = mkdtempSync(join(tmpdir(), "trustfoundry-verdict-"));
  try {
    const key = () => generateKeyPairSync("ed25519").privateKey;
    const keys = { modelOwner: key(), dataOwner: key() };
    const signers = signerPolicy(keys);
    const keyBrokerCa = (await TestAuthority.create("key broker")).root;
    const material = { keyBrokerCa, signers, releases: directory };
    await issueReleases(parseAs("trust", deriveStacks(factory, material).trust), keys, now);
    return { releases: read(directory), signers, from: "of the description, signed for this run" };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Current releases, by name; former ones keep their number in their file's name. */
function read(directory: string): SignedReleases["releases"] {
  return (existsSync(directory) ? readdirSync(directory) : [])
    .filter((file) => isDocumentFile(file) && !/\.\d+\.release\.json$/.test(file))
    .sort()
    .map((name) => {
      const file = join(directory, name);
      const text = readNamed(file, "a release");
      return { release: readRelease(text, file).release, text };
    });
}

/** Those of one name, or all. */
export function chosen({ releases }: SignedReleases, name: string | undefined): SignedReleases["releases"] {
  const found = releases.filter(({ release }) => name === undefined || release.name === name);
  if (found.length > 0) return found;
  throw new UserError(
    name === undefined ? "The description names no model." : `There is no release ${name}.`,
    `Write one of ${releases.map(({ release }) => release.name).join(", ")}.`,
  );
}
