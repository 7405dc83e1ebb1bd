import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { attestationsFileName } from "../../components/workload/acceptance/judge";
import { documentFileName } from "../../components/workload/release/document";
import type { Handover } from "../../stacks/rehearsal";
import { writePrivate } from "../controlplane/files";

/** A release as the model owner's stack puts it out. */
export interface ReleaseOutput {
  /** The signed document's very text. */
  readonly file: string;
  /** Digest of the release in it, hex. */
  readonly digest: string;
  readonly providers: readonly string[];
}

/**
 * Carries the model owner's releases for one provider into that provider's inbox, as a person would carry files: all that
 * ever crosses between the parties. Beside each lie the attestations of its image, by whoever scans images for the
 * provider. Releases that are no longer for this provider are taken out.
 */
export function handOver(
  releases: Readonly<Record<string, ReleaseOutput>>,
  provider: string,
  inbox: string,
  attestations: (release: ReleaseOutput) => string | undefined = () => undefined,
): Handover & { readonly files: readonly string[] } {
  const wanted = Object.entries(releases)
    .filter(([, release]) => release.providers.includes(provider))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const files = wanted.map(([name]) => documentFileName(name));
  const attested = new Map(
    wanted.flatMap(([name, release]) => {
      const text = attestations(release);
      return text === undefined ? [] : [[attestationsFileName(name), text] as const];
    }),
  );
  for (const entry of existsSync(inbox) ? readdirSync(inbox) : [])
    if (!files.includes(entry) && !attested.has(entry)) rmSync(join(inbox, entry), { recursive: true });
  for (const [name, { file }] of wanted) writePrivate(join(inbox, documentFileName(name)), file);
  for (const [file, text] of attested) writePrivate(join(inbox, file), text);
  return {
    directory: inbox,
    releases: wanted.map(([name]) => name),
    files,
  };
}
