import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { execa } from "execa";
import { preProcessFile } from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../support/factory";
import type { InstalledPackage } from "../support/installedPackage";
import { installPackage } from "../support/installedPackage";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** What a generated project starts, and what those programs start by its file's name. */
const entries = [
  "languages/bin/pulumi-resource-trustfoundry",
  "languages/plugin/index.js",
  "stacks/partnerProgram.ts",
  "tooling/bin/trustfoundry.mjs",
  "tooling/commands/cli.ts",
  "tooling/catalog/cli.ts",
  "tooling/clouds/plugin.ts",
  "tooling/rehearsal/engineThread.ts",
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

/** Folders of which anything may be packed; a new one is a decision. */
const folders = ["components", "languages", "policies", "stacks", "tooling"];
const ownFiles = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "package.json",
  // The engine looks for a plugin by this name.
  "languages/bin/pulumi-resource-trustfoundry",
];
/** Kinds of files that sources, data and templates are made of. */
const kinds = /\.(ts|mjs|cjs|js|json|md|yaml|yml|mod|sum|go|rego|css|py)$/;
const mostBytes = 1_000_000;

describe("the packed package", () => {
  let directory: string;
  let installed: InstalledPackage;
  let packed: ReadonlySet<string>;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "packed-"));
    installed = await installPackage(directory);
    packed = new Set(installed.files);
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("has files of these folders and kinds alone, none of them hidden or large", () => {
    const unknown = [...packed].filter((file) => {
      const [first = ""] = file.split("/");
      const ours = ownFiles.includes(file) || (folders.includes(first) && kinds.test(file));
      return !ours || /(^|\/)(\.|node_modules\/|Pulumi\.[^/]*\.local\.)/.test(file);
    });
    expect(unknown).toEqual([]);
    const large = [...packed].filter((file) => statSync(packedFile(file)).size > mostBytes);
    expect(large).toEqual([]);
  });

  it("says nothing of a secret or of this machine", () => {
    const places = [root, homedir(), dirname(root)].filter((place) => place.length > 1);
    const telling = [...packed].flatMap((file) => {
      const text = readFileSync(packedFile(file), "utf8");
      return [
        ...places.filter((place) => text.includes(`${place}/`)).map((place) => `${file}: ${place}`),
        // A key that is complete; rules and their examples name the first line of one.
        ...(/-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{40,}-----END/.test(text)
          ? [`${file}: a private key`]
          : []),
      ];
    });
    expect(telling).toEqual([]);
  });

  it("runs its command where it is installed", async () => {
    const { stdout } = await execa(join(installed.nodeModules, ".bin", "trustfoundry"), ["--help"], { cwd: directory });
    expect(stdout).toMatch(/^Usage: .*trustfoundry .*\[command\]/m);
  }, 60_000);

  const packedFile = (file: string) => join(installed.nodeModules, "trustfoundry", file);

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
      /^(test|attacks|bench|docs|samples)\/|\.test\.ts$|catalog\.lock$|^tooling\/(docs|oracles|partners|faults|fuzz|supplyChain|verdict\/simulated)\//;
    expect([...packed].filter((file) => superfluous.test(file))).toEqual([]);
  });
});
