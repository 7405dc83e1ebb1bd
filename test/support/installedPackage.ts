import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { root } from "./factory";

export interface InstalledPackage {
  /** What a generated project's node_modules is. */
  readonly nodeModules: string;
  /** Files that were packed, relative to the package. */
  readonly files: readonly string[];
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>>;
}

/**
 * This package as `npm pack` packs it, laid out as `npm install` would, without a network: the packages that it depends on
 * are linked from this checkout, and those that only its development needs are not there.
 */
export async function installPackage(directory: string): Promise<InstalledPackage> {
  const nodeModules = join(directory, "node_modules");
  const target = join(nodeModules, "trustfoundry");
  mkdirSync(target, { recursive: true });
  const { stdout } = await execa("npm", ["pack", "--json", "--pack-destination", directory], { cwd: root });
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  if (!packed) throw new Error("npm pack packed nothing");
  await execa("tar", ["-xzf", join(directory, packed.filename), "--strip-components=1", "-C", target]);
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
  for (const [path, { dev }] of Object.entries(packages)) {
    const [, name, nested] = /^node_modules\/((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(path) ?? [];
    if (!name || nested || dev || !existsSync(join(root, path))) continue;
    const link = join(nodeModules, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, path), link);
  }
  mkdirSync(join(nodeModules, ".bin"));
  symlinkSync(join(target, "tooling/bin/trustfoundry.mjs"), join(nodeModules, ".bin", "trustfoundry"));
  return { nodeModules, files: packed.files.map(({ path }) => path) };
}
