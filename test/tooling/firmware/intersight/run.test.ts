import { describe, expect, it } from "vitest";
import { firmwarePlan } from "../../../../components/host/firmware/firmwarePlan";
import type { FirmwarePlan } from "../../../../components/host/firmware/plan";
import { firmwareVendor } from "../../../../components/host/firmware/vendors";
import { unfinishedTokens } from "../../../../tooling/firmware/intersight/unfinished";
import { emptyJournal } from "../../../../tooling/firmware/journal";
import type { Journal, JournalContent } from "../../../../tooling/firmware/journal";
import { checkPlan, runPlan } from "../../../../tooling/firmware/run";
import type { Point } from "../../../../tooling/firmware/run";
import { rig } from "../../../support/intersight/rig";
import type { Rig, RigOptions } from "../../../support/intersight/rig";

const planFor = (tee: "snp" | "tdx"): FirmwarePlan =>
  firmwarePlan({ name: "gpu-node-1", cpu: tee === "snp" ? "Genoa" : "Emerald Rapids" }, firmwareVendor("cisco"));

class Killed extends Error {}

interface Case extends Rig {
  readonly plan: FirmwarePlan;
  readonly journal: Journal;
}

async function begin(tee: "snp" | "tdx", options: RigOptions = {}): Promise<Case> {
  let content: JournalContent = emptyJournal("WZP00000001");
  const journal: Journal = { read: () => structuredClone(content), write: (next) => void (content = next) };
  const cpuVendor = tee === "snp" ? "Advanced Micro Devices, Inc." : "Intel(R) Corporation";
  const made = await rig({ cpuVendor, unfinished: () => unfinishedTokens(content), ...options });
  return { ...made, plan: planFor(tee), journal };
}

/** A run as a process of its own; ends at the n-th point where that is given. */
async function run({ plan, journal, again }: Case, killedAt?: number): Promise<readonly Point[]> {
  const points: Point[] = [];
  const target = again();
  try {
    await runPlan({
      plan,
      target,
      journal,
      now: () => "2026-11-27T00:00:00.000Z",
      patience: { readBackMilliseconds: 0, graceMilliseconds: 5, pauseMilliseconds: 0 },
      at: (point) => {
        points.push(point);
        if (points.length - 1 === killedAt) throw new Killed();
      },
    });
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
  return points;
}

const valuesOf = (plan: FirmwarePlan, stages: number) =>
  Object.fromEntries(
    plan.stages
      .slice(0, stages)
      .flatMap(({ settings }) => settings.map(({ find, values }) => [find.names[0] ?? "", String(values[0])])),
  );

describe("Cisco's plans on a SIMULATED Intersight", () => {
  it.each([
    ["snp", { CbsCmnCpuSmee: "enabled", CbsDbgCpuSnpMemCover: "enabled", CbsCmnGnbNbIommu: "enabled" }, 1, 0],
    ["tdx", { EnableTdx: "enabled", EnableTdxSeamldr: "enabled", SgxFactoryReset: "platform-default" }, 6, 1],
  ] as const)("%s: every stage is one deployment, and then nothing is left to do", async (tee, has, stages, resets) => {
    const made = await begin(tee);
    await run(made);
    expect(made.account.machine).toMatchObject(has);
    expect(made.account).toMatchObject({ deployments: stages, factoryResets: resets });
    await run(made);
    expect(made.account).toMatchObject({ deployments: stages, factoryResets: resets });
    const checked = await checkPlan({ plan: made.plan, target: made.again(), journal: made.journal.read() });
    expect(checked.departs).toBe(false);
  });

  it.each(["snp", "tdx"] as const)(
    "%s: an end at any point is gone on from, without a second deployment or reset",
    async (tee) => {
      // Of TDX the stages from the factory reset on; those before it are in force.
      const plan = planFor(tee);
      const inForce = tee === "snp" ? {} : valuesOf(plan, plan.stages.length - 2);
      const options: RigOptions = { before: (account) => void account.deployed(inForce) };
      const stages = tee === "snp" ? 1 : 2;
      const points = await run(await begin(tee, options));
      expect(points.length).toBeGreaterThan(10);
      for (const [killedAt, { stage, step }] of points.entries()) {
        // Looking changes nothing; the last stage is like any other.
        if (tee === "tdx" && (stage !== plan.stages.length - 2 || step === "look" || step === "verify")) continue;
        const made = await begin(tee, options);
        await run(made, killedAt);
        await run(made);
        expect({ at: points[killedAt], ...made.account }).toMatchObject({
          deployments: stages,
          restarts: stages,
          factoryResets: tee === "tdx" ? 1 : 0,
        });
        expect(made.account.machine).toMatchObject(valuesOf(plan, plan.stages.length));
      }
    },
    120_000,
  );
});
