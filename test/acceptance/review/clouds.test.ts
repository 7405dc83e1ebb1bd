import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Review } from "../../../tooling/review/compare";
import { markdown } from "../../../tooling/review/markdown";
import { outcomeOf } from "../../../tooling/review/outcome";
import { review } from "../../../tooling/review/review";
import { root } from "../../support/factory";

const parts = ["Pulumi.yaml", "components", "package-lock.json", "package.json", "policies", "stacks", "tooling"];
const machine = "Pulumi.machine.yaml";
const keys = "Pulumi.keys.yaml";

let repository: string;
let found: Review;
const file = (name: string) => join(repository, name);

function change(name: string, from: string, to: string): void {
  const text = readFileSync(file(name), "utf8");
  if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
  writeFileSync(file(name), text.replace(from, to));
}

async function commit(message: string): Promise<void> {
  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd: repository });
  await git("add", "--all", ":!node_modules");
  await git("commit", "--quiet", "--message", message);
}

beforeAll(async () => {
  repository = mkdtempSync(join(tmpdir(), "review-"));
  for (const part of parts) cpSync(join(root, part), file(part), { recursive: true });
  symlinkSync(join(root, "node_modules"), file("node_modules"), "dir");
  await execa("git", ["init", "--quiet", "--initial-branch", "main"], { cwd: repository });
  cpSync(join(root, "samples/azure-machine/Pulumi.infrastructure.yaml"), file(machine));
  cpSync(join(root, "samples/gcp-confidential-space/Pulumi.keys.yaml"), file(keys));
  await commit("Base");
  // The keys' stack stays as it is.
  change(machine, "        machines:\n", "        denyOtherSizes: false\n        machines:\n");
  await commit("Head");
  const { binDir, pulumiRoot } = inject("toolchain");
  found = await review({
    repository,
    base: "HEAD~1",
    head: "HEAD",
    stacks: [],
    manifests: [],
    pack: "strict",
    engine: { binDir, pulumiRoot },
    today: "2026-11-26",
  });
}, 600_000);
afterAll(() => rmSync(repository, { recursive: true, force: true }));

describe("a review of stacks of clouds, by the real engine and stand-ins", () => {
  it("sees both sides whole, with what only `up` knows", () => {
    expect([...found.refusals, ...found.baseRefusals]).toEqual([]);
    expect(found.stacks).toEqual(["keys", "machine"]);
    expect(found.notYetKnown).toEqual([]);
    expect(found.violations).toEqual([]);
  });

  it("finds what changed, with its line, and nothing in the stack that did not", () => {
    expect(found.changes).toHaveLength(1);
    const [weaker] = found.changes;
    expect(weaker).toMatchObject({
      direction: "weaker",
      kind: "setting",
      pillar: "hardware",
      protects: ["modelOwner", "dataOwner"],
      subject: "machine",
      location: { file: machine, exact: true },
    });
    const lines = readFileSync(file(machine), "utf8").split("\n");
    expect(lines[(weaker?.location?.line ?? 0) - 1]).toContain("denyOtherSizes: false");
    expect(outcomeOf(found)).toBe("weaker");
  });

  it("says that the clouds were stood in for", () => {
    expect(found.simulated).toEqual([
      { subject: "keys", clouds: ["gcp"] },
      { subject: "machine", clouds: ["azure-native"] },
    ]);
    expect(markdown(found)).toContain("### SIMULATED: stand-ins took the place");
  });
});
