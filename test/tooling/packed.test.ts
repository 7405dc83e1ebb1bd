import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { execa } from "execa";
import { preProcessFile } from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "../support/factory";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** What a generated project starts, and what those programs start by its file's name. */
const entries = [
  "stacks/partnerProgram.ts",
  "tooling/bin/trustfoundry.mjs",
  "tooling/commands/cli.ts",
  "tooling/catalog/cli.ts",
  "tooling/clouds/plugin.ts",
  "tooling/review/previewWorker.ts",
  "tooling/verdict/index.ts",
  ...["audit", "baseline", "remediate", "strict"].map((pack) => `policies/packs/${pack}/index.js`),
];

const typesOnly = /^(import|export) type [^;]*?;$/gm;

/** Own files that are loaded with these, and names of packages; types alone load nothing. */
function loadedWith(start: readonly string[]): {
  readonly files: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
} {
  const files = new Set<string>();
  const packages = new Set<string>();
  const todo = [...start];
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const text = readFileSync(join(root, file), "utf8").replace(typesOnly, "");
    for (const { fileName: name } of preProcessFile(text, true, true).importedFiles) {
      if (name.startsWith(".")) todo.push(resolved(file, name));
      else if (!name.startsWith("node:")) packages.add(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    }
  }
  return { files, packages };
}

function resolved(from: string, name: string): string {
  const path = normalize(join(dirname(from), name));
  const found = [path, `${path}.ts`, path.replace(/\.js$/, ".ts"), `${path}/index.ts`].find(
    (each) => /\.\w+$/.test(each) && existsSync(join(root, each)),
  );
  if (found === undefined) throw new Error(`${from} imports ${name}, which is not there`);
  return found;
}

describe("the packed package", () => {
  let packed: ReadonlySet<string>;
  beforeAll(async () => {
    const { stdout } = await execa("npm", ["pack", "--dry-run", "--json"], { cwd: root });
    const [first] = JSON.parse(stdout) as { files: { path: string }[] }[];
    packed = new Set(first?.files.map(({ path }) => path));
  }, 60_000);

  it("has every file that its programs load", () => {
    const missing = [...loadedWith(entries).files].filter((file) => !packed.has(file));
    expect(missing).toEqual([]);
  });

  it("loads no package that is for this repository's development alone", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
    const undeclared = [...loadedWith(entries).packages].filter((name) => !(name in dependencies));
    expect(undeclared).toEqual([]);
  });

  it("has nothing of tests, attacks, pages and benchmarks", () => {
    const superfluous =
      /^(test|attacks|bench|docs|samples)\/|\.test\.ts$|catalog\.lock$|^tooling\/(docs|oracles|partners|attestation|verdict\/simulated)\//;
    expect([...packed].filter((file) => superfluous.test(file))).toEqual([]);
  });
});
