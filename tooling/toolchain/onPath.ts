import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { execa } from "execa";
import { satisfies } from "semver";
import type { ToolPin } from "./pins";

/** The program that this name would start; programs that lie in `except`, links included, do not count. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv, except?: string): string | undefined {
  const places = (env.PATH ?? "").split(delimiter).filter((place) => place !== "");
  return places
    .map((place) => join(resolve(place), name))
    .find((file) => isExecutable(file) && !(except !== undefined && realpathSync(file).startsWith(except)));
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

/** Vendors' builds (`1.36.2-gke.1`, `1.36.0+k3s1`) count as what they are built from; releases to come do not. */
export function isAcceptable(version: string, range: string): boolean {
  return satisfies(version, range, { includePrerelease: true });
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
