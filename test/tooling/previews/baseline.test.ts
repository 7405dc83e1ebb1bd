import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findBaseline, newestRelease } from "../../../tooling/previews/baseline";

describe("the newest release", () => {
  it("is the highest version, and no draft", () => {
    expect(newestRelease(["v0.9.0", "v0.10.0", "v1.0.0-rc.1", "v0.10.0-beta", "vision", ""])).toBe("v0.10.0");
    expect(newestRelease(["v1.0.0-rc.1"])).toBeUndefined();
  });
});

describe("the programs to compare with", () => {
  let directory = "";
  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], { cwd: directory });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "trustfoundry-baseline-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("are not there without git's history, which is said", async () => {
    expect(findBaseline(directory)).toMatchObject({
      missing: expect.stringContaining("no git checkout") as string,
    });
    await git("init", "--quiet");
    await git("commit", "--quiet", "--allow-empty", "-m", "first");
    expect(findBaseline(directory)).toMatchObject({
      missing: expect.stringContaining("does not reach back to") as string,
    });
  });

  it("are found by their content in a history that was squashed since, and nowhere else", async () => {
    await git("init", "--quiet");
    await writeFile(join(directory, "program"), "of the last release");
    await git("add", "program");
    await git("commit", "--quiet", "-m", "squashed");
    const { stdout: commit } = await git("rev-parse", "HEAD");
    const { stdout: tree } = await git("rev-parse", "HEAD^{tree}");
    await git("commit", "--quiet", "--allow-empty", "-m", "the same once more");
    await writeFile(join(directory, "program"), "of today");
    await git("commit", "--quiet", "-a", "-m", "another");
    const named = { commit: "0".repeat(40), tree, reason: "none is tagged yet" };
    const { stdout: again } = await git("rev-parse", "HEAD~1");
    expect(findBaseline(directory, named)).toEqual({ commit: again, why: `${again.slice(0, 7)}: none is tagged yet` });
    expect(findBaseline(directory, { ...named, commit })).toMatchObject({ commit });
    expect(findBaseline(directory, { ...named, tree: "1".repeat(40) })).toHaveProperty("missing");
    const clone = join(directory, "clone");
    await git("clone", "--quiet", "--depth", "1", `file://${directory}`, clone);
    expect(findBaseline(clone, named)).toMatchObject({
      missing: expect.stringContaining("a shallow clone?") as string,
    });
  });

  it("are those of the newest tag", async () => {
    await git("init", "--quiet");
    await git("commit", "--quiet", "--allow-empty", "-m", "first");
    await git("tag", "v0.1.0");
    await git("commit", "--quiet", "--allow-empty", "-m", "second");
    const { stdout } = await git("rev-parse", "v0.1.0");
    expect(findBaseline(directory)).toEqual({ commit: stdout, why: "v0.1.0" });
  });
});
