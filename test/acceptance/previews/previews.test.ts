import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { findBaseline, linkPackages, treeOf } from "../../../tooling/previews/baseline";
import { previewAll } from "../../../tooling/previews/run";
import { subjectsOf } from "../../../tooling/previews/subjects";

// The short version: a stack of each kind. `npm run previews` takes all of them.
const short = ["factory/trust", "factory/infrastructure", "factory/workloads", "azure-machine/infrastructure"];

const baseline = findBaseline();
const missing = "missing" in baseline ? baseline.missing : undefined;

describe.skipIf(missing !== undefined)(
  `from the last release's states${missing ? ` (skipped: ${missing})` : ""}`,
  () => {
    let former = "";
    let broken = "";
    beforeAll(async () => {
      if ("missing" in baseline) throw new Error(baseline.missing);
      former = await treeOf(baseline);
      linkPackages(former);
    });
    afterAll(() => rmSync(broken, { recursive: true, force: true }));

    const preview = async (names: readonly string[], today?: string) => {
      const subjects = (await subjectsOf(former)).filter(({ name }) => names.includes(name));
      expect(subjects.map(({ name }) => name).sort()).toEqual([...names].sort());
      const { binDir, pulumiRoot } = inject("toolchain");
      return previewAll({ former, subjects, engine: { binDir, pulumiRoot }, ...(today !== undefined && { today }) });
    };

    it("today's programs replace and delete nothing unintended", async () => {
      expect((await preview(short)).unintended).toEqual([]);
    });

    it("programs that call a component otherwise are found out", async () => {
      broken = mkdtempSync(join(tmpdir(), "trustfoundry-broken-"));
      cpSync(former, broken, { recursive: true, filter: (source) => !source.endsWith("node_modules") });
      linkPackages(broken);
      const file = join(broken, "components", "tokens.ts");
      const tokens = readFileSync(file, "utf8");
      const renamed = tokens.replace(
        /"trustfoundry:host:AzureConfidentialVm"/,
        '"trustfoundry:host:AzureVirtualMachine"',
      );
      expect(renamed).not.toBe(tokens);
      writeFileSync(file, renamed);
      const { unintended } = await preview(["azure-machine/infrastructure"], broken);
      expect(unintended).toEqual(
        expect.arrayContaining([expect.stringMatching(/^azure-machine\/infrastructure: would delete azure-native:/)]),
      );
    });
  },
);
