import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { delimiter, join, resolve, sep } from "node:path";
import { execa } from "execa";
import { satisfies } from "semver";
import type { ToolPin } from "./pins";

/** The program that this name would start; programs that lie in `except`, links included, do not count. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv, except?: string): string | undefined {
  const places = (env.PATH ?? "").split(delimiter).filter((place) => place !== "");
  return places
    .map((place) => join(resolve(place), name))
    .find((file) => isExecutable(file) && !(except !== undefined && liesIn(except, file)));
}

function liesIn(folder: string, file: string): boolean {
  // The folder itself may be reached by a link, or not be there yet.
  const real = existsSync(folder) ? realpathSync(folder) : resolve(folder);
  return realpathSync(file).startsWith(real + sep);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The first version in what a program prints about itself. */
export function parseVersion(output: string): string | undefined {
  return /\bv?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)/.exec(output)?.[1];
}

/**
 * Vendors' builds (`1.36.2-gke.1`, `1.36.0+k3s1`) count as what they are built from. A release to come (`1.38.0-rc.1`)
 * has to lie in the range as the release will, and may not be older than its beginning.
 */
export function isAcceptable(version: string, range: string): boolean {
  const [release = "", suffix = ""] = version.split(/(?=[-+])/, 2);
  const toCome = /^-(alpha|beta|rc|dev|pre)\b/.test(suffix);
  return satisfies(release, range) && (!toCome || satisfies(version, range, { includePrerelease: true }));
}

export interface Installed {
  readonly path: string;
  readonly version: string;
}

/** The installed program, if it is one that may be used and new enough. */
export async function installedTool(
  pin: ToolPin,
  env: NodeJS.ProcessEnv,
  cache: string,
): Promise<Installed | undefined> {
  if (!pin.onPath) return undefined;
  const path = findOnPath(pin.name, env, cache);
  if (!path) return undefined;
  const result = await execa(path, pin.onPath.versionArgs, {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: 5_000,
  });
  const version = result.exitCode === 0 ? parseVersion(result.stdout) : undefined;
  return version !== undefined && isAcceptable(version, pin.onPath.range) ? { path, version } : undefined;
}
