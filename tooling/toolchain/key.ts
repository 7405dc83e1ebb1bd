import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson, sha256 } from "../../components/names";
import type { ToolPin } from "./pins";

/** Flags of every build; the linker's come from the pin. */
export const buildFlags = ["-mod=readonly", "-trimpath", "-buildvcs=false"] as const;

export function linkerFlags(pin: Pick<ToolPin, "variables">): string {
  const variables = Object.entries(pin.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  return ["-s", "-w", ...variables].join(" ");
}

export interface BuildKeyArgs {
  readonly pin: ToolPin;
  /** Folder that holds the modules. */
  readonly modules: string;
  readonly goVersion: string;
  readonly platform: string;
}

/** The files that decide what is built: go.mod, go.sum and our own `main`, if there is one. */
export function moduleFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter((file) => file === "go.mod" || file === "go.sum" || file.endsWith(".go"))
    .sort();
}

/** The files of our own package in a folder of the module; its tests are no part of the program. */
export function packageFiles(directory: string, path: string): string[] {
  if (!path.startsWith("./")) return [];
  return readdirSync(join(directory, path))
    .filter((file) => file.endsWith(".go") && !file.endsWith("_test.go"))
    .sort()
    .map((file) => join(path, file));
}

/** Name of a built tool's folder: changes when, and only when, something does that the program is made of. */
export function buildKey({ pin, modules, goVersion, platform }: BuildKeyArgs): string {
  const directory = join(modules, pin.module);
  const files = Object.fromEntries(
    [...moduleFiles(directory), ...packageFiles(directory, pin.package)].map((file) => [
      file,
      sha256(readFileSync(join(directory, file))),
    ]),
  );
  const { version, variables, copies } = pin;
  return keyName(pin, {
    how: "build",
    version,
    package: pin.package,
    copies,
    files,
    flags: [...buildFlags, linkerFlags({ variables })],
    goVersion,
    platform,
  });
}

/** Name of a downloaded tool's folder. */
export function downloadKey(pin: ToolPin, url: string): string {
  return keyName(pin, { how: "download", version: pin.version, url, inside: pin.official?.inside });
}

function keyName(pin: ToolPin, parts: object): string {
  return `${pin.name}-${pin.version}-${sha256(canonicalJson(parts)).slice(0, 12)}`;
}
