import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { MachineVerdictDocument } from "../../tooling/verdict/outcome";
import { verifyAzure } from "../../tooling/verdict/machine/verifyAzure";
import { verifySpace } from "../../tooling/verdict/machine/verifySpace";
import { root } from "../support/factory";
import { codeBlocks } from "./pages";

const directory = mkdtempSync(join(tmpdir(), "expectations-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** What docs/verify.md shows as a file of that name. */
function written(name: string): string {
  const block = codeBlocks("docs/verify.md").find(({ text }) => text.startsWith(`# ${name}:`));
  writeFileSync(join(directory, name), block?.text ?? "");
  return join(directory, name);
}

const judged = { accept: [], simulated: false, json: true, all: false };
const undone = ({ standing }: MachineVerdictDocument, grade: string) =>
  standing.filter((finding) => finding.grade === grade).map(({ check }) => check);

it("docs/verify.md says how its example of Azure ends", async () => {
  const evidence = join(root, "test/support/hcl/snp-milan-version1.json");
  const { text, exitCode } = await verifyAzure({
    ...judged,
    evidence,
    expect: written("azure.yaml"),
    nonce: "challenge",
  });
  expect(exitCode).toBe(4);
  expect(undone(JSON.parse(text) as MachineVerdictDocument, "notChecked").sort()).toEqual([
    "azure-container",
    "azure-init-data",
    "azure-user-data",
    "channel-key",
    "snp-revocation",
  ]);
});

it("docs/verify.md says how its example of Confidential Space ends", async () => {
  const { text, exitCode } = await verifySpace(
    {
      ...judged,
      token: join(root, "test/support/confidentialSpace/production-tdx.jwt"),
      expect: written("space.yaml"),
      timeout: 5,
    },
    new AbortController().signal,
  );
  expect([exitCode, undone(JSON.parse(text) as MachineVerdictDocument, "failed")]).toEqual([2, ["space-key"]]);
});
