import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { allowedLicences, readByHand } from "./allowed";

/** One package of package-lock.json, as it is installed. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** As its own manifest says; an SPDX expression as a rule. */
  readonly licence: string;
  /** Whether this project's development alone needs it. */
  readonly dev: boolean;
  readonly hasInstallScript: boolean;
}

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        name?: string;
        version?: string;
        license?: string;
        dev?: boolean;
        optional?: boolean;
        hasInstallScript?: boolean;
      }
    >
  >;
}

/**
 * All packages of the lock file, each version once, sorted by name: their own, also where the lock file has them under
 * another. The licence is what the installed manifest says; of packages for other systems, which are not installed, what the
 * lock file has of it.
 */
export function npmPackages(root: string): NpmPackage[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const all = Object.entries(packages)
    .flatMap(([path, { name: own, version, license, dev = false, optional = false, hasInstallScript = false }]) => {
      if (path === "") return [];
      const name = own ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      const manifest = join(root, path, "package.json");
      const installed = existsSync(manifest);
      if (!installed && !optional) throw new Error(`${path} is not installed; run npm ci --ignore-scripts`);
      const licence = installed ? manifestLicence(JSON.parse(readFileSync(manifest, "utf8"))) : license;
      return [{ name, version: version ?? "", licence: licence ?? "", dev, hasInstallScript }];
    })
    .sort((a, b) => byText(a.name, b.name) || byText(a.version, b.version));
  const once = new Map<string, NpmPackage>();
  for (const each of all) {
    const key = `${each.name}@${each.version}`;
    // Whatever needs it outside of development decides.
    once.set(key, { ...each, dev: each.dev && (once.get(key)?.dev ?? true) });
  }
  return [...once.values()];
}

/** `license`, or `licenses` of old manifests, of which each may be chosen. */
function manifestLicence(manifest: unknown): string {
  const { license, licenses } = manifest as { license?: unknown; licenses?: unknown };
  if (typeof license === "string") return license;
  const named = (value: unknown) => (value as { type?: unknown } | null)?.type;
  const type = named(license);
  if (typeof type === "string") return type;
  return Array.isArray(licenses)
    ? licenses
        .map(named)
        .filter((each) => typeof each === "string")
        .join(" OR ")
    : "";
}

/** The licence that counts: an allowed one of the expression, or why there is none. */
export function judgedLicence({
  name,
  version,
  licence,
}: NpmPackage): { readonly licence: string } | { readonly problem: string } {
  const read = readByHand[name];
  if (read && read.version === version) return { licence: read.licence };
  const flat = /^\(([^()]*)\)$/.exec(licence)?.[1] ?? licence;
  // One kind of word at a time: what is nested is for a person to read.
  const choices = flat.includes(" OR ") ? flat.split(" OR ") : [flat];
  const allowed = choices.find((choice) =>
    choice.split(" AND ").every((id) => Object.hasOwn(allowedLicences, id.trim())),
  );
  if (allowed !== undefined && !(flat.includes(" OR ") && flat.includes(" AND "))) return { licence: allowed };
  return {
    problem: `${name} ${version} is licensed as ${licence === "" ? "nobody knows" : `"${licence}"`}; read it, then allow it in tooling/supplyChain/allowed.ts or take another package`,
  };
}
