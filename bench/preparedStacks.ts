import { readFileSync } from "node:fs";
import { join } from "node:path";
import { documentFileName, releaseDigest } from "../components/workload/release/document";
import type { Factory } from "../stacks/config/factory";
import { parseAs } from "../stacks/config/load";
import type { Sections } from "../stacks/rehearsal";
import { deriveStacks } from "../stacks/rehearsal";
import { openRelease } from "../tooling/commands/release/open";
import { handOver } from "../tooling/rehearsal/handover";
import { imageScanner } from "../tooling/rehearsal/imageScanner";
import { ownerKeys } from "../tooling/rehearsal/ownerKeys";
import { issueReleases } from "../tooling/rehearsal/ownerReleases";
import type { InstancePaths } from "../tooling/rehearsal/paths";
import { signerPolicy, signingKeys } from "../tooling/rehearsal/signingKeys";

/** What each party's stack is configured with, of a factory with one provider. */
export interface PreparedStacks {
  readonly provider: string;
  readonly trust: Sections;
  readonly trustSecrets: Sections;
  readonly infrastructure: Sections;
  readonly workloads: Sections;
}

/**
 * Keys, signed releases, scans and the handover of a factory, made as a rehearsal makes them and by its code; nothing is
 * deployed. Releases that are there and still right stay, byte by byte.
 */
export async function preparedStacks(
  paths: InstancePaths,
  factory: Factory,
  inbox?: string,
  now = new Date(),
): Promise<PreparedStacks> {
  const [provider] = factory.providers.map(({ name }) => name);
  if (provider === undefined) throw new Error("the factory has no provider");
  const keys = await ownerKeys(paths.party(factory.parties.modelOwner), factory);
  const signers = signingKeys(paths, factory.parties);
  const releases = paths.releases(factory.parties.modelOwner);
  const material = { keyBrokerCa: keys.caCertificate, signers: signerPolicy(signers), releases };
  await issueReleases(parseAs("trust", deriveStacks(factory, material).trust), signers, now);
  const scanner = imageScanner(paths, factory);
  const { trust, providers } = deriveStacks(factory, { ...material, acceptance: scanner.acceptance(releases) });
  const own = providers[provider];
  if (!own) throw new Error(`nothing was derived for ${provider}`);
  const signed = factory.models.map(({ name, providers: places }) => {
    const path = join(releases, documentFileName(name));
    const digest = releaseDigest(openRelease(path).release);
    return [name, { file: readFileSync(path, "utf8"), digest, providers: places }] as const;
  });
  const handover = handOver(Object.fromEntries(signed), provider, inbox ?? paths.inbox(provider), ({ file }) =>
    scanner.attest(provider, file, now),
  );
  return {
    provider,
    trust,
    trustSecrets: { trustSecrets: keys.secrets },
    infrastructure: own.infrastructure,
    workloads: own.workloads(handover),
  };
}
