import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Factory } from "../../stacks/config/factory";
import { contexts } from "../../stacks/rehearsal";
import { writePrivate } from "../controlplane/files";
import { instanceStop } from "../controlplane/instance";
import { UserError } from "../ui";
import { readRecord } from "./instance";
import type { InstancePaths } from "./paths";

/** Providers of a rehearsal that are gone for good (SIMULATED): their control planes are started by nothing any more. */
export function lostProviders(paths: InstancePaths): readonly string[] {
  const file = lostFile(paths);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { lost: string[] }).lost : [];
}

/** A factory as it can be deployed: without the providers that are gone. What the model owner declares stays whole. */
export function remaining(paths: InstancePaths, factory: Factory): Factory {
  const lost = lostProviders(paths);
  return { ...factory, providers: factory.providers.filter(({ name }) => !lost.includes(name)) };
}

export interface Loss {
  /** Models by what is left of them: the providers that go on serving. */
  readonly models: readonly { readonly name: string; readonly servedBy: readonly string[] }[];
}

/** Takes a provider away, as it can itself at any time: its control plane ends, and nothing of it is asked or told. */
export async function lose(paths: InstancePaths, provider: string): Promise<Loss> {
  const record = readRecord(paths);
  if (!record) throw new UserError(`There is no rehearsal ${paths.instance}.`, "`npm run rehearse` makes one.");
  const { factory } = record;
  const lost = lostProviders(paths);
  const present = factory.providers.map(({ name }) => name).filter((name) => !lost.includes(name));
  if (!present.includes(provider))
    throw new UserError(
      lost.includes(provider)
        ? `${provider} is lost already.`
        : `The rehearsal ${paths.instance} has no provider ${provider}.`,
      `Write one of ${present.join(", ") || "none: all are lost"}.`,
    );
  // First noted, then ended: whoever is killed between has a provider that does not come back, and not one that does.
  writePrivate(lostFile(paths), `${JSON.stringify({ lost: [...lost, provider].sort() }, null, 2)}\n`);
  await instanceStop({ directory: paths.controlPlanes, clusters: [contexts.provider(provider)] });
  return {
    models: factory.models.map(({ name, providers }) => ({
      name,
      servedBy: providers.filter((each) => present.includes(each) && each !== provider),
    })),
  };
}

/** Forgets lost providers that a description names no more: nothing of theirs is left to be kept. */
export function forgetLost(paths: InstancePaths, factory: Factory): void {
  const lost = lostProviders(paths);
  const gone = lost.filter((name) => !factory.providers.some((provider) => provider.name === name));
  if (gone.length === 0) return;
  for (const name of gone) {
    rmSync(paths.party(name), { recursive: true, force: true });
    rmSync(join(paths.controlPlanes, contexts.provider(name)), { recursive: true, force: true });
  }
  const kept = lost.filter((name) => !gone.includes(name));
  if (kept.length > 0) writePrivate(lostFile(paths), `${JSON.stringify({ lost: kept }, null, 2)}\n`);
  else rmSync(lostFile(paths));
}

/** Said wherever something was not asked of a provider that is gone. */
export function lossLine(provider: string): string {
  return `${provider} is lost (SIMULATED): nothing was asked of it, and nothing is started for it.`;
}

export function lossText(provider: string, { models }: Loss): string {
  const lines = models.map(({ name, servedBy }) =>
    servedBy.length > 0 ? `  ${name}: served on by ${servedBy.join(", ")}` : `  ${name}: served by nobody any more`,
  );
  return [
    `SIMULATED: ${provider} is gone for good. Its pods ended; it holds no key that was not in their memory.`,
    ...lines,
    "Releases, reference values, policies and keys stay as they are: no trust changed hands.",
    `To revoke it, take it out of \`providers\` and of every model's \`providers\`, and its chips out of \`attestation.chips\` where it is named there (docs/providers.md).`,
  ].join("\n");
}

function lostFile(paths: InstancePaths): string {
  return join(paths.root, "lost.json");
}
