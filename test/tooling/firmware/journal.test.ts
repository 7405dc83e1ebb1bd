import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { emptyJournal, machineFolder, readJournal, withJournal } from "../../../tooling/firmware/journal";

const root = mkdtempSync(join(tmpdir(), "journal-"));
let home = "";
let count = 0;

beforeEach(() => {
  home = join(root, String(count++));
});
afterAll(() => rmSync(root, { recursive: true }));

const write = (serial = "A") =>
  withJournal(home, serial, undefined, async (journal) => {
    journal.write({ ...journal.read(), once: { reset: { state: "done", at: "then" } } });
  });
const fileOf = (serial: string) => join(machineFolder(home, serial), "journal.json");

describe("a machine's journal", () => {
  it("is its owner's alone, and made by writing only", async () => {
    expect(readJournal(home, "A")).toEqual(emptyJournal("A"));
    await write();
    expect(statSync(fileOf("A")).mode & 0o777).toBe(0o600);
    expect(statSync(machineFolder(home, "A")).mode & 0o777).toBe(0o700);
    expect(Object.keys(readJournal(home, "A").once)).toEqual(["reset"]);
    // Names of machines are made fit for a file system, and stay two where they are.
    expect(machineFolder(home, "../A/b")).not.toContain("..");
    expect(machineFolder(home, "A/b")).not.toBe(machineFolder(home, "A_b"));
  });

  it("of another machine, or none at all, is not believed", async () => {
    await write();
    mkdirSync(machineFolder(home, "B"));
    writeFileSync(fileOf("B"), JSON.stringify(readJournal(home, "A")));
    expect(() => readJournal(home, "B")).toThrow(/is not a journal of the machine B/);
    writeFileSync(fileOf("B"), "");
    expect(() => readJournal(home, "B")).toThrow(/is not a journal of the machine B/);
  });

  it("that is a link is refused, wherever it leads: nowhere would read as nothing done", async () => {
    await write();
    rmSync(fileOf("A"));
    symlinkSync(join(home, "gone"), fileOf("A"));
    expect(() => readJournal(home, "A")).toThrow(/is a link or no file/);
    await expect(write()).rejects.toThrow(/is a link or no file/);
  });

  it("in a folder that is a link is refused, and what the link leads to stays as it is", async () => {
    const target = join(home, "target");
    mkdirSync(target, { recursive: true });
    chmodSync(target, 0o755);
    symlinkSync(target, machineFolder(home, "A"));
    await expect(write()).rejects.toThrow(/is a link, or not your folder/);
    expect(statSync(target).mode & 0o777).toBe(0o755);
  });
});
