import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { canonicalJson, shortHash } from "../../components/names";
import type { Tool } from "./makeTool";

/** Programs of this checkout's own packages that the engine starts by name. */
const nodePrograms = {
  // Runs policy packs that are written for Node.
  "pulumi-analyzer-policy": "@pulumi/pulumi/cmd/run-policy-pack/index.js",
} as const;

export interface BinDirectoryArgs {
  readonly cache: string;
  readonly tools: readonly Tool[];
  /** The checkout, whose packages are used. */
  readonly root: string;
}

/**
 * A folder `<root>/bin` with exactly these tools, by name, as links; to be put in front of PATH. Named after its content,
 * so that two runs with the same tools share one, and a folder is never changed once it is there.
 */
export function binDirectory({ cache, tools, root }: BinDirectoryArgs): {
  readonly root: string;
  readonly bin: string;
} {
  const links = Object.fromEntries(tools.map(({ name, path }) => [name, path]));
  const scripts = Object.fromEntries(
    Object.entries(nodePrograms).map(([name, script]) => [name, wrapper(installed(script, root))]),
  );
  const parent = join(cache, "toolchain", "bin");
  const directory = join(parent, shortHash(canonicalJson({ links, scripts })));
  const result = { root: directory, bin: join(directory, "bin") };
  if (existsSync(result.bin)) return result;

  mkdirSync(parent, { recursive: true });
  const draft = mkdtempSync(join(parent, ".draft-"));
  mkdirSync(join(draft, "bin"));
  for (const [name, path] of Object.entries(links)) symlinkSync(path, join(draft, "bin", name));
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(draft, "bin", name), text);
    chmodSync(join(draft, "bin", name), 0o755);
  }
  try {
    renameSync(draft, directory);
  } catch (error) {
    rmSync(draft, { recursive: true });
    // Another run was faster with the very same folder.
    if (!existsSync(result.bin)) throw error;
  }
  return result;
}

/** With this checkout, or, where the package is installed in a generated project, beside it. */
function installed(script: string, root: string): string {
  const own = join(root, "node_modules", script);
  const beside = join(dirname(root), script);
  return !existsSync(own) && existsSync(beside) ? beside : own;
}

function wrapper(script: string): string {
  return `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(script)} "$@"\n`;
}

function quote(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
