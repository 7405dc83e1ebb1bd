import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pluginFolder, standInScript } from "../clouds/plugins";
import { checkout } from "../toolchain/ensure";

/** Providers that are played by the stand-in; `kubernetes` for charts alone, see `preview.ts`. */
export const standIns = ["kubernetes", "azure-native", "gcp"] as const;

/** A folder with programs that the engine takes for these providers' plugins. */
export function standInPlugins(directory: string): string {
  return pluginFolder(directory, Object.fromEntries(standIns.map((name) => [name, [standInScript]])));
}

/** The checkout's pack `strict` as it is, or a pack like it with some rules taken out. */
export function packWithout(removed: readonly string[], directory: string): string {
  const strict = join(checkout, "policies", "packs", "strict");
  if (removed.length === 0) return strict;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "PulumiPolicy.yaml"), "runtime: nodejs\ndescription: strict, with rules taken out\n");
  writeFileSync(
    join(directory, "package.json"),
    JSON.stringify({ name: "trustfoundry-taken-out", version: "0.1.0", private: true, main: "index.js" }),
  );
  symlinkSync(join(checkout, "node_modules"), join(directory, "node_modules"));
  const lines = [
    `require("tsx/cjs");`,
    `const { strict } = require(${JSON.stringify(join(strict, "pack.ts"))});`,
    `const removed = new Set(${JSON.stringify(removed)});`,
    `const selection = strict.selection.filter(({ rule }) => !removed.has(rule.id));`,
    `require(${JSON.stringify(join(checkout, "policies", "crossguard.ts"))}).serve({ ...strict, selection });`,
  ];
  writeFileSync(join(directory, "index.js"), `${lines.join("\n")}\n`);
  return directory;
}
