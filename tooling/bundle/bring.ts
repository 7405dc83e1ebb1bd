import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { packageRoot } from "../../stacks/project";
import { projectOf } from "../project";
import { printable, UserError } from "../ui";
import { fetchCollateral } from "../verdict/collateralFetch";
import { wantedOf } from "./collateral";
import { fetchScript } from "./fetchScript";
import { lockFile, readBundleLock } from "./file";
import { loadScript, mirrorScript } from "./loadScript";
import { registryPattern } from "./patterns";
import type { BundleLock } from "./schema";
import { settingsText, siteSettings } from "./settings";
import type { Written } from "./run";

export interface BringOptions {
  readonly lock?: string;
  readonly into?: string;
  readonly from?: string;
  readonly registry?: string;
  readonly json?: true;
}

export const lockPath = (path: string | undefined): string => resolve(path ?? join(projectOf("."), lockFile));

/** A lock that nothing is missing in: a bundle made by another would be complete by its own word alone. */
export function completeLock(path: string | undefined): BundleLock {
  const file = lockPath(path);
  if (!existsSync(file)) throw new UserError(`${file} is not there.`, "`bundle lock` writes it.");
  const lock = readBundleLock(file);
  const open = lock.unresolved.filter(({ accepted }) => !accepted);
  if (open.length > 0)
    throw new UserError(
      `${file} is not complete: ${open.length} of what the site needs are pinned by nothing.`,
      "Pin them, or say by name that they arrive by other means: `bundle lock --accept <name>`.",
      open.map(({ name }) => printable(name, 200)),
    );
  return lock;
}

/** The script that fetches, loads or copies, by what is named. */
export function bringScript(kind: "fetch" | "load" | "mirror", options: BringOptions): string {
  const lock = completeLock(options.lock);
  switch (kind) {
    case "fetch":
      return fetchScript(lock, {
        into: resolve(named(options.into, "--into <folder>")),
        checkout: packageRoot,
        lock: lockPath(options.lock),
      });
    case "load":
      return loadScript(lock, resolve(named(options.from, "--from <folder>")), registryOf(options.registry));
    case "mirror":
      return mirrorScript(lock, registryOf(options.registry));
  }
}

export function settingsOf(options: BringOptions): string {
  const lock = completeLock(options.lock);
  const settings = siteSettings(lock, {
    from: resolve(named(options.from, "--from <folder>")),
    registry: registryOf(options.registry),
  });
  return options.json ? JSON.stringify(settings, undefined, 2) : settingsText(settings);
}

/** `bundle collateral`: what the lock lists, from where it says. */
export async function bringCollateral(options: BringOptions, signal: AbortSignal): Promise<Written> {
  const lock = completeLock(options.lock);
  const directory = named(options.into, "--into <folder>");
  const fetched = await fetchCollateral({
    ...{ sources: lock.collateral.map(wantedOf), directory, mirrors: {}, timeoutMs: 30_000 },
    ...{ now: () => new Date(), signal },
  });
  return {
    complete: fetched.every(({ problem }) => problem === undefined),
    text: fetched
      .map(({ title, file, problem, url }) =>
        printable(problem === undefined ? `✔ ${title}: ${file}` : `✗ ${title}: ${problem}, at ${url}`, 500),
      )
      .join("\n"),
  };
}

function named(value: string | undefined, option: string): string {
  if (value === undefined) throw new UserError(`${option} is missing.`);
  return value;
}

function registryOf(value: string | undefined): string {
  const registry = named(value, "--registry <host[:port][/path]>").replace(/\/+$/, "");
  if (!registryPattern.test(registry))
    throw new UserError(
      `--registry ${printable(registry, 200)} is no registry; write <host>[:<port>][/<path>], without a scheme.`,
    );
  return registry;
}
