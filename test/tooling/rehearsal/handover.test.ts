import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { handOver } from "../../../tooling/rehearsal/handover";

const inbox = mkdtempSync(join(tmpdir(), "inbox-"));
afterAll(() => rmSync(inbox, { recursive: true }));

const release = (providers: readonly string[]) => ({ file: "{}\n", digest: "d", providers });

it("puts attestations beside releases, and takes both out when a release is no longer for the provider", () => {
  const both = { a: release(["north"]), b: release(["north", "south"]) };
  writeFileSync(join(inbox, "old.attestations.jsonl"), "");
  const handed = handOver(both, "north", inbox, ({ providers }) => `{"for":${providers.length}}\n`);
  expect(handed.files).toEqual(["a.release.json", "b.release.json"]);
  expect(readdirSync(inbox).sort()).toEqual([
    "a.attestations.jsonl",
    "a.release.json",
    "b.attestations.jsonl",
    "b.release.json",
  ]);
  expect(readFileSync(join(inbox, "b.attestations.jsonl"), "utf8")).toBe('{"for":2}\n');
  expect(handOver(both, "south", inbox, () => undefined).releases).toEqual(["b"]);
  expect(readdirSync(inbox)).toEqual(["b.release.json"]);
  expect(existsSync(join(inbox, "b.attestations.jsonl"))).toBe(false);
});
