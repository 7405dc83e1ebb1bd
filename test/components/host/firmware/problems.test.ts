import { describe, expect, it } from "vitest";
import type { FirmwarePlan, FirmwareSetting } from "../../../../components/host/firmware/plan";
import { firmwareProblems } from "../../../../components/host/firmware/problems";
import { combinations, planOf } from "./plans";

/** A plan with one setting changed, wherever it stands. */
function withSetting(plan: FirmwarePlan, id: string, change: Partial<FirmwareSetting>): FirmwarePlan {
  return {
    ...plan,
    stages: plan.stages.map((stage) => ({
      ...stage,
      settings: stage.settings.map((setting) => (setting.id === id ? { ...setting, ...change } : setting)),
    })),
  };
}

/** A plan whose stages are put together into one. */
const atOnce = (plan: FirmwarePlan, ...indexes: number[]): FirmwarePlan => ({
  ...plan,
  stages: [
    { title: "all", appliedBy: "restart", settings: indexes.flatMap((index) => plan.stages[index]?.settings ?? []) },
    ...plan.stages.filter((_, index) => !indexes.includes(index)),
  ],
});

const without = (plan: FirmwarePlan, id: string): FirmwarePlan => ({
  ...plan,
  stages: plan.stages.map((stage) => ({ ...stage, settings: stage.settings.filter((setting) => setting.id !== id) })),
});

const said = (plan: FirmwarePlan) => firmwareProblems(plan).map(({ message }) => message);
const snp = planOf("dell", "snp");
const tdx = planOf("dell", "tdx");
const direct = planOf("dell", "tdx", { registration: "direct" });

it.each(combinations)("there is none in the plan of %s for %s", (vendor, tee) => {
  expect(firmwareProblems(planOf(vendor, tee))).toEqual([]);
});

describe("a trap is found", () => {
  it.each<[string, FirmwarePlan, string]>([
    ["an ASID space of 1", withSetting(snp, "asid-space", { values: [1], atLeast: 1 }), "asid-space may be 1"],
    ["an ASID space that is left to the firmware", withSetting(snp, "asid-space", { values: ["Auto"] }), "may be 1"],
    ["no IOMMU under SNP", withSetting(snp, "iommu", { values: ["Disabled"] }), "iommu is off: the kernel leaves"],
    ["IOMMU not set under SNP", without(snp, "iommu"), "iommu is not set"],
    ["no IOMMU under TDX", withSetting(tdx, "iommu", { values: ["Disabled"] }), "nothing to pass GPUs through"],
    ["memory outside the RMP", withSetting(snp, "rmp-coverage", { values: ["disabled"] }), "remapped by the host"],
    [
      "memory encryption that may stay off",
      withSetting(snp, "memory-encryption", { values: ["Enabled", "Off"] }),
      "is off",
    ],
    ["no keys for TDX", withSetting(tdx, "key-split", { values: [0], atLeast: undefined }), "TDX gets no keys"],
    ["no keys for TDX, as text", withSetting(tdx, "key-split", { values: ["0"], atLeast: undefined }), "no keys"],
    ["no loader", without(tdx, "seam-loader"), "seam-loader is not set"],
    [
      "a manifest that nobody can read",
      withSetting(tdx, "in-band-access", { values: ["Off"] }),
      "cannot read the manifest",
    ],
    [
      "an agent that nobody chose",
      withSetting(tdx, "registration-agent", { values: ["Enabled"] }),
      "firmware would consume the platform manifest",
    ],
    ["no choice about the agent", without(tdx, "registration-agent"), "left to chance"],
    [
      "an agent that is off where firmware registers",
      withSetting(direct, "registration-agent", { values: ["Disabled"] }),
      "off although firmware",
    ],
    ["a child together with its parent", atOnce(snp, 0, 1), "snp is not staged after memory-encryption"],
    [
      "a child before its parent",
      { ...snp, stages: [...snp.stages].reverse() },
      "rmp-coverage is not staged after snp",
    ],
    [
      "a child without a parent",
      withSetting(snp, "snp", { after: ["sme"] }),
      "waits for sme, which the plan does not set",
    ],
    ["a reset together with others", atOnce(tdx, 3, 2), "sgx-factory-reset is done once, and has to be the last"],
    ["a reset before others", { ...tdx, stages: [...tdx.stages].reverse() }, "has to be the last"],
    ["a reset at each run", withSetting(tdx, "sgx-factory-reset", { once: undefined }), "done at each run"],
    ["nothing looked at afterwards", { ...snp, checks: snp.checks.slice(1) }, 'lacks "cat /proc/cmdline'],
  ])("%s", (_, plan, message) => {
    expect(said(plan)).toContainEqual(expect.stringContaining(message));
  });

  it("but not in taking a reset out of a policy after it", () => {
    expect(
      planOf("cisco", "tdx")
        .stages.at(-1)
        ?.settings.map(({ id }) => id),
    ).toEqual(["sgx-factory-reset-taken-back"]);
    expect(said(planOf("cisco", "tdx"))).toEqual([]);
    expect(
      said(withSetting(planOf("cisco", "tdx"), "sgx-factory-reset-taken-back", { after: ["sgx"] })),
    ).toContainEqual(expect.stringContaining("has to be the last"));
  });

  it("and says where", () => {
    expect(firmwareProblems(withSetting(snp, "asid-space", { values: [1] }))).toEqual([
      {
        kind: "tee",
        path: "stages[1].settings[1].values",
        message: "asid-space may be 1: guests with SEV-SNP get no ASIDs",
      },
    ]);
  });
});
