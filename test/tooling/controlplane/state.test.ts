import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writePrivate } from "../../../tooling/controlplane/files";
import { StateFile } from "../../../tooling/controlplane/state";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "trustfoundry-state-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const etcd = { pid: 7, startTime: "boot/1", commandDigest: "d" };

describe("a state file", () => {
  it("is on disk as soon as a process is known, and private", () => {
    const state = new StateFile(directory, "trust");
    state.setProcess("etcd", etcd);
    state.update({ ports: { api: 1, etcdClient: 2, etcdPeer: 3 } });
    expect(new StateFile(directory, "trust").state).toEqual({
      formatVersion: 1,
      name: "trust",
      processes: { etcd },
      ports: { api: 1, etcdClient: 2, etcdPeer: 3 },
    });
    expect(statSync(join(directory, "state.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(["state.json"]);
  });

  it("forgets a process that was stopped", () => {
    const state = new StateFile(directory, "trust");
    state.setProcess("etcd", etcd);
    state.setProcess("etcd", undefined);
    expect(new StateFile(directory, "trust").state.processes).toEqual({});
  });

  it("that cannot be read, or is of another format, counts as none", () => {
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      '{"formatVersion":2,"processes":{}}',
      '{"formatVersion":1,"processes":null}',
    ]) {
      writeFileSync(join(directory, "state.json"), text);
      expect(new StateFile(directory, "trust").state).toEqual({ formatVersion: 1, name: "trust", processes: {} });
    }
  });
});

describe("a private file", () => {
  it("is left alone when its content is the same", () => {
    const path = join(directory, "folder", "file");
    expect(writePrivate(path, "a")).toBe(true);
    const before = statSync(path).ino;
    expect(writePrivate(path, "a")).toBe(false);
    expect(statSync(path).ino).toBe(before);
    expect(writePrivate(path, "b")).toBe(true);
  });
});
