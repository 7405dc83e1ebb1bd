import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyLock, renderCatalogLock } from "../../components/catalogLock";
import { pinSource } from "../../stacks/pins";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "pins-"));
  file = join(directory, "catalog.lock");
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("where pins come from", () => {
  const pins = { "a/b@1": { manifest: `sha256:${"a".repeat(64)}`, from: "a/b" } };

  it("is the project's catalog.lock, and without the file there is none", () => {
    expect(pinSource(false, directory)).toEqual({ lock: emptyLock, simulated: false });
    writeFileSync(file, renderCatalogLock({ lockVersion: 1, pins }));
    expect(pinSource(false, directory)).toEqual({ lock: { lockVersion: 1, pins }, simulated: false });
  });

  it("is arithmetic in a rehearsal, which no file can change or break", () => {
    writeFileSync(file, "{");
    expect(pinSource(true, directory)).toEqual({ lock: emptyLock, simulated: true });
  });

  it("is refused as a mistake in the configuration when the file is no lock", () => {
    writeFileSync(file, "{");
    expect(() => pinSource(false, directory)).toThrow(
      /^One thing in the configuration to correct; nothing was changed:\n {2}- catalog\.lock is not JSON; restore it/,
    );
  });
});
