import { describe, expect, it } from "vitest";
import { Ledger, measured } from "../../../bench/scale/meter";
import type { ProcessRow } from "../../../bench/scale/processTable";
import { controlPlaneRole, family, parseStat, roleOf } from "../../../bench/scale/processTable";
import { execa } from "execa";

const row = (pid: number, parent: number, cpuSeconds = 0, residentBytes = 0, started = "1"): ProcessRow => ({
  pid,
  parent,
  started,
  cpuSeconds,
  residentBytes,
});

describe("a process", () => {
  it("is read as Linux writes it, whatever its name holds", () => {
    const stat = `42 (a) b (c)) S 7 42 42 0 -1 4194304 100 0 0 0 250 50 9 9 20 0 4 0 12345 1000000 2560 18446744073709551615`;
    expect(parseStat(42, stat)).toEqual({
      pid: 42,
      parent: 7,
      started: "12345",
      cpuSeconds: 3,
      residentBytes: 2560 * 4096,
    });
    expect(parseStat(42, "42 (x) Z 7")).toBeUndefined();
  });

  it("belongs to those it descends from", () => {
    const rows = [row(1, 0), row(2, 1), row(3, 2), row(4, 1), row(5, 4)];
    expect(
      family(rows, new Set([2]))
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual([2, 3]);
    expect(family(rows, new Set([9]))).toEqual([]);
  });

  it.each([
    [["/usr/bin/node", "--import", "tsx", "/x/tooling/rehearsal/stackWorker.ts"], "program"],
    [["node", "/x/bench/scale/fileStackWorker.ts"], "program"],
    [["node", "/x/@pulumi/pulumi/cmd/run-policy-pack/index.js"], "policy pack"],
    [["node", "other.js"], "node"],
    [["/x/bin/pulumi", "up"], "pulumi"],
    [["/x/bin/kube-apiserver", "--secure-port=1"], controlPlaneRole],
    [["/x/bin/etcd"], controlPlaneRole],
  ])("%j is %s", (line, role) => {
    expect(roleOf(line)).toBe(role);
  });
});

describe("a ledger", () => {
  const role = (pid: number) => (pid === 9 ? controlPlaneRole : `role ${pid}`);

  it("counts what was computed since its beginning, of those that end, too", () => {
    const ledger = new Ledger();
    ledger.add([row(1, 0, 5), row(9, 0, 100)], role);
    ledger.begin();
    ledger.add([row(1, 0, 6), row(2, 1, 1), row(9, 0, 103)], role);
    ledger.add([row(1, 0, 7), row(9, 0, 104)], role);
    expect(ledger.sums()).toMatchObject({
      cpuSeconds: 3,
      controlPlaneCpuSeconds: 4,
      cpuByRole: { "role 1": 2, "role 2": 1 },
    });
  });

  it("takes a number that is used again for another process", () => {
    const ledger = new Ledger();
    ledger.begin();
    ledger.add([row(1, 0, 5)], role);
    ledger.add([row(1, 0, 1, 0, "2")], role);
    expect(ledger.sums().cpuSeconds).toBe(6);
  });

  it("knows the most memory at one time, which is less than the sum of each one's most", () => {
    const ledger = new Ledger();
    ledger.add([row(1, 0, 0, 100), row(2, 1, 0, 10), row(9, 0, 0, 1000)], role);
    ledger.add([row(1, 0, 0, 20), row(2, 1, 0, 60)], role);
    expect(ledger.sums()).toMatchObject({ peakBytes: 110, peakByRole: { "role 1": 100, "role 2": 60 } });
  });
});

describe.skipIf(process.platform !== "linux")("a measurement", () => {
  it("is of what the work makes other processes do", async () => {
    const busy = "const end = process.cpuUsage().user + 400_000; while (process.cpuUsage().user < end);";
    const { cost, result } = await measured(async () => {
      await execa(process.execPath, ["-e", busy]);
      return "done";
    });
    expect(result).toBe("done");
    expect(cost.cpuSeconds).toBeGreaterThan(0.2);
    expect(cost.peakBytes).toBeGreaterThan(10 * 2 ** 20);
    expect(Object.keys(cost.cpuByRole)).toContain("node");
  }, 120_000);
});
