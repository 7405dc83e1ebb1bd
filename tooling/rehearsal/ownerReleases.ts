import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ReleaseDocument } from "../../components/workload/release/document";
import { documentFileName, documentText, releaseDigest, signRelease } from "../../components/workload/release/document";
import type { Release } from "../../components/workload/release";
import { timeText } from "../../components/workload/release/time";
import type { TrustConfig } from "../../stacks/config/factory";
import { computedRelease } from "../../stacks/releases";
import type { OpenedRelease } from "../commands/release/open";
import { openRelease } from "../commands/release/open";
import { writePrivate } from "../controlplane/files";
import type { SigningKeys } from "./signingKeys";

const day = 86_400_000;
/** How long a rehearsal's release is valid, and when it is issued anew. */
const validDays = 365;
const renewDays = 30;

/**
 * Issues and signs a release for each model whose declarations say something new, as `release create` and `release sign`
 * do for a real model owner; the others stay as they are, byte by byte. Returns what was issued, in words.
 */
export async function issueReleases(config: TrustConfig, keys: SigningKeys, now: Date): Promise<string[]> {
  const issued: string[] = [];
  for (const { name } of config.models) {
    const current = currentRelease(config.releases, name);
    const release = currentOrNext(config, name, current?.release, now);
    if (current && releaseDigest(release) === releaseDigest(current.release)) continue;
    // The former one keeps its number, for whoever wants to see the whole chain, and for a rollover.
    if (current) write(config.releases, documentFileName(name, current.release.history.sequence), current.document);
    const half = await signRelease({ release, key: keys.modelOwner });
    write(config.releases, documentFileName(name), await signRelease({ document: half, key: keys.dataOwner }));
    issued.push(`${name} ${release.history.sequence}`);
  }
  return issued;
}

function currentOrNext(config: TrustConfig, name: string, current: Release | undefined, now: Date): Release {
  if (current && Date.parse(current.validity.notAfter) - now.getTime() > renewDays * day) {
    const { history, validity } = current;
    const same = computedRelease(config, name, { history, validity });
    if (releaseDigest(same) === releaseDigest(current)) return same;
  }
  return computedRelease(config, name, {
    history: current
      ? { sequence: current.history.sequence + 1, previous: releaseDigest(current) }
      : { sequence: 1, previous: null },
    validity: { notBefore: timeText(now), notAfter: timeText(new Date(now.getTime() + validDays * day)) },
  });
}

function currentRelease(directory: string, name: string): OpenedRelease | undefined {
  const file = join(directory, documentFileName(name));
  return existsSync(file) ? openRelease(file) : undefined;
}

function write(directory: string, file: string, document: ReleaseDocument): void {
  writePrivate(join(directory, file), documentText(document));
}
