import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parseDocument } from "yaml";
import type { Review } from "../../../tooling/review/compare";
import { markdown } from "../../../tooling/review/markdown";
import { outcomeOf } from "../../../tooling/review/outcome";
import { review } from "../../../tooling/review/review";
import { root } from "../../support/factory";

const parts = [
  "Pulumi.yaml",
  "Pulumi.rehearsal.yaml",
  "components",
  "package-lock.json",
  "package.json",
  "policies",
  "stacks",
  "tooling",
  "tsconfig.json",
];
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** A Pod that a data owner's cluster would be ashamed of; the image has no digest. */
const manifest = (image: string) => `apiVersion: v1
kind: Pod
metadata:
  name: plain
  namespace: acme-models
  labels:
    trustfoundry.dev/confidential: "true"
spec:
  runtimeClassName: kata-qemu-nvidia-gpu-snp
  containers:
    - name: model
      image: ${image}
`;
const digest = `nvcr.io/nim/a@sha256:${"0".repeat(64)}`;

let repository: string;
let found: Review;

/** Sets values of the sample description by their paths. */
function describeFactory(changes: readonly (readonly [path: readonly (string | number)[], value: unknown])[]): void {
  const file = join(repository, "Pulumi.rehearsal.yaml");
  const document = parseDocument(readFileSync(file, "utf8"), { version: "1.1" });
  for (const [[section = "", ...rest], value] of changes)
    document.setIn(["config", `trustfoundry:${section}`, ...rest], document.createNode(value));
  writeFileSync(file, document.toString());
}

async function commit(message: string): Promise<void> {
  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd: repository });
  await git("add", "--all", ":!node_modules");
  await git("commit", "--quiet", "--message", message);
}

beforeAll(async () => {
  repository = mkdtempSync(join(tmpdir(), "review-"));
  for (const part of parts) cpSync(join(root, part), join(repository, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(repository, "node_modules"), "dir");
  await execa("git", ["init", "--quiet", "--initial-branch", "main"], { cwd: repository });
  describeFactory([[["trustSecrets"], { secure: "v1:AAAA:BBBB" }]]);
  writeFileSync(join(repository, "pod.yaml"), manifest(digest));
  await commit("Base");

  describeFactory([
    // Weaker, stronger, refused, and borne.
    [["attestation", "snpTcb", "bootloader"], 9],
    [["attestation", "snpTcb", "microcode"], 85],
    [["providers", 0, "registryCidrs"], ["0.0.0.0/0"]],
    [["providers", 0, "keyBrokerCidrs"], ["0.0.0.0/0"]],
    [
      ["exceptions"],
      [
        {
          rule: "tenant-egress-named",
          resource: "tenant-allow-key-broker",
          reason: "the key broker moves",
          owner: "carol",
          until: day(10),
        },
      ],
    ],
  ]);
  writeFileSync(join(repository, "pod.yaml"), manifest("nvcr.io/nim/a:1"));
  await commit("Head");
  const { binDir, pulumiRoot } = inject("toolchain");
  found = await review({
    repository,
    base: "HEAD~1",
    head: "HEAD",
    stacks: [],
    manifests: ["pod.yaml"],
    pack: "baseline",
    engine: { binDir, pulumiRoot },
    today: day(0),
  });
}, 900_000);
afterAll(() => rmSync(repository, { recursive: true, force: true }));

describe("a review of two commits, by the real engine, without a cluster", () => {
  it("sees every stack of both sides whole", () => {
    expect(found.stacks).toEqual([
      "rehearsal/northern-metal/infrastructure",
      "rehearsal/northern-metal/workloads",
      "rehearsal/trust",
    ]);
    expect([...found.refusals, ...found.baseRefusals]).toEqual([]);
  });

  it("refuses what a rule refuses, near its provider", () => {
    expect(outcomeOf(found)).toBe("violations");
    const [violation, ...others] = found.violations.filter(({ rule }) => rule === "tenant-egress-named");
    expect(others).toEqual([]);
    expect(violation).toMatchObject({
      level: "mandatory",
      baseline: "new",
      subject: "rehearsal/northern-metal/infrastructure",
      resource: "tenant-allow-registries",
      path: "spec.egress[0].to[0].ipBlock.cidr",
    });
    const lines = readFileSync(join(repository, "Pulumi.rehearsal.yaml"), "utf8").split("\n");
    expect(lines[(violation?.location.line ?? 0) - 1]).toContain("name: northern-metal");
  });

  it("says which firmware floor is lowered and which raised, and at which model", () => {
    const of = (direction: string) =>
      found.changes
        .filter(({ kind, direction: found }) => kind === "release" && found === direction)
        .map(({ text }) => text);
    expect(of("weaker")).toEqual([expect.stringMatching(/^llama-8b: TCB floor of bootloader LOWERED from 10 to 9/)]);
    expect(of("stronger")).toEqual([expect.stringMatching(/^llama-8b: TCB floor of microcode raised from 84 to 85/)]);
  });

  it("sees the range that guards let through now", () => {
    expect(
      found.changes.filter(
        ({ kind, direction, text }) => kind === "guard" && direction === "weaker" && text.includes("0.0.0.0/0"),
      ),
    ).toHaveLength(1);
  });

  it("shows the exception, its use and its end", () => {
    expect(found.exceptions).toMatchObject([
      { state: "expiring", uses: ["tenant-allow-key-broker, spec.egress[0].to[0].ipBlock.cidr"] },
    ]);
    expect(found.changes).toContainEqual(expect.objectContaining({ kind: "exception", direction: "weaker" }));
  });

  it("points at the very line of a manifest", () => {
    expect(found.violations.filter(({ rule }) => rule === "images-by-digest")).toMatchObject([
      { subject: "pod.yaml", baseline: "new", location: { file: "pod.yaml", line: 12, exact: true } },
    ]);
  });

  it("says what it has not seen, and shows no placeholder", () => {
    expect(found.unseen).toEqual([{ subject: "Pulumi.rehearsal.yaml", setting: "trustfoundry:trustSecrets" }]);
    expect(JSON.stringify(found)).not.toMatch(/not seen in a review|not-seen-in-a-review|v1:AAAA/);
  });

  it("leaves nothing behind", async () => {
    const { stdout } = await execa("git", ["worktree", "list"], { cwd: repository });
    expect(stdout.split("\n")).toHaveLength(1);
  });

  it("makes a comment of it", () => {
    const text = markdown(found);
    for (const title of ["Violations in head", "Weaker", "Stronger", "Exceptions in head", "Not seen"])
      expect(text).toContain(`### ${title}`);
  });
});
