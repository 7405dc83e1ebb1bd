import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { writeRecord } from "../../../tooling/rehearsal/instance";
import { InstancePaths } from "../../../tooling/rehearsal/paths";
import type { Progress } from "../../../tooling/upgrade/progress";
import { atStart } from "../../../tooling/upgrade/progress";
import { RecordFile } from "../../../tooling/upgrade/record";
import { refuseDuringUpgrade, rotationDirectory, upgradeDirectory } from "../../../tooling/upgrade/rehearsal/guard";
import { rehearsedRotation } from "../../../tooling/upgrade/rehearsal/rotate";
import type { RotationPlan } from "../../../tooling/upgrade/rotation/steps";
import { sampleFactory } from "../../support/factory";
import { plan } from "./fakeFactory";

const tls: RotationPlan = {
  formatVersion: 1,
  kind: "tls",
  title: "Rotation of the certificate",
  owner: "owner",
  providers: [],
};
const ended: Progress = { ...atStart, done: ["make", "admit", "retire"] };

let home = "";
let paths: InstancePaths;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "trustfoundry-guard-"));
  vi.stubEnv("TRUSTFOUNDRY_HOME", home);
  paths = new InstancePaths("guarded");
  mkdirSync(paths.root, { recursive: true });
  writeRecord(paths, "description.yaml", sampleFactory());
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});
const record = (directory: string, of: unknown, progress: Progress) =>
  new RecordFile<unknown, null>(directory).write({ formatVersion: 1, plan: of, progress, inputs: null });
const status = () => rehearsedRotation(paths, "status", { what: [] }, new AbortController().signal);

it("nothing cuts across an upgrade or a rotation that is under way", () => {
  expect(() => refuseDuringUpgrade(paths)).not.toThrow();
  record(rotationDirectory(paths), tls, { ...atStart, done: ["make"] });
  expect(() => refuseDuringUpgrade(paths)).toThrow("A rotation in guarded is under way.");
  record(rotationDirectory(paths), tls, ended);
  expect(() => refuseDuringUpgrade(paths)).not.toThrow();
  record(upgradeDirectory(paths), plan, { ...atStart, underWay: "release" });
  expect(() => refuseDuringUpgrade(paths)).toThrow("An upgrade of guarded is under way.");
});

it("a rotation that is asked about is the one under way, not one that ended before", async () => {
  record(rotationDirectory(paths), tls, ended);
  expect(await status()).toContain("Done: the former key opens, signs and shows nothing any more.");
  record(upgradeDirectory(paths), plan, { ...atStart, done: ["release"], underWay: "admit" });
  expect(await status()).toContain("admit was cut off, and is done again by");
});
