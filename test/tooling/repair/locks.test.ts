import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileLocks, leaseLocks, namedLocks, removeLocks } from "../../../tooling/repair/locks";

let state: string;
const directory = () => join(state, ".pulumi", "locks", "organization", "trustfoundry", "acme-trust");
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "locks-"));
  mkdirSync(directory(), { recursive: true });
});
afterEach(() => rmSync(state, { recursive: true }));

// No process has a number that high (/proc/sys/kernel/pid_max is 2²² at most).
const dead = 2 ** 30;
const write = (name: string, content: unknown) =>
  writeFileSync(join(directory(), `${name}.json`), typeof content === "string" ? content : JSON.stringify(content));

describe("locks of a file backend", () => {
  it("are dead, alive or unknown by their holder, and only dead ones are removed", () => {
    write("a", { pid: dead, username: "me", hostname: hostname() });
    write("b", { pid: process.pid, username: "me", hostname: hostname() });
    write("c", { pid: 1, username: "me", hostname: "another-machine.example" });
    const locks = fileLocks(state);
    expect(locks.map(({ holder }) => holder).sort()).toEqual(["alive", "dead", "unknown"]);
    removeLocks(locks);
    expect(readdirSync(directory()).sort()).toEqual(["b.json", "c.json"]);
  });

  it.each(["", "{", "null", "{}"])("that were never finished (%j) hold nothing", (content) => {
    write("a", content);
    expect(fileLocks(state)).toMatchObject([{ holder: "dead" }]);
  });

  it("of another stack are not this one's", () => {
    write("a", { pid: dead, hostname: hostname() });
    expect(fileLocks(state, "acme-trust")).toHaveLength(1);
    expect(fileLocks(state, "trust")).toEqual([]);
    expect(fileLocks(state, "acme-trust", "trustfoundry")).toHaveLength(1);
    expect(fileLocks(state, "acme-trust", "other-project")).toEqual([]);
  });
});

describe("locks that the engine names", () => {
  it("are read from its message", () => {
    const message = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  s3://bucket/.pulumi/locks/x.json: created by me@elsewhere.example (pid 4711) at 2026-11-27T08:00:00Z`;
    expect(namedLocks(message)).toEqual([
      { user: "me", host: "elsewhere.example", pid: 4711, since: "2026-11-27T08:00:00Z", holder: "unknown" },
    ]);
  });
});

describe("leases of the state service", () => {
  const lease = { project: "trustfoundry", stack: "acme-trust", update: "u", kind: "update", started: 1 };

  it("count while their engine is there, and no longer", () => {
    const locks = leaseLocks([{ ...lease, holder: "4711", alive: true }], "acme-trust");
    expect(locks).toMatchObject([{ pid: 4711, holder: "alive", since: "1970-01-01T00:00:01.000Z" }]);
    expect(leaseLocks([{ ...lease, alive: false }], "acme-trust")).toEqual([]);
    expect(leaseLocks([{ ...lease, alive: true }], "other")).toEqual([]);
  });
});
