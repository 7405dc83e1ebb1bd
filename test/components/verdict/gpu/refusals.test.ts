import { beforeAll, describe, expect, it } from "vitest";
import { boardRefusals } from "../../../support/gpu/boardRefusals";
import type { RefusalCases, Stage } from "../../../support/gpu/case";
import { deviceRefusals } from "../../../support/gpu/deviceRefusals";
import { manifestRefusals, revocationRefusals } from "../../../support/gpu/manifestRefusals";
import { GpuScene, gradeOf, unverified } from "../../../support/gpu/scene";
import { tokenRefusals } from "../../../support/gpu/tokenRefusals";
import { boardRelease, snpRelease, tdxRelease } from "../../../tooling/attestation/support";

const tables: Readonly<Record<string, RefusalCases>> = {
  "reports and certificates": deviceRefusals,
  "devices together": boardRefusals,
  "reference manifests": manifestRefusals,
  "answers about revocation": revocationRefusals,
  "tokens of NVIDIA's service": tokenRefusals,
};

const scenes = new Map<Stage, GpuScene>();
const scene = (stage: Stage) => scenes.get(stage) as GpuScene;

beforeAll(async () => {
  for (const [stage, release] of [
    ["one", snpRelease],
    ["board", boardRelease],
    ["eight", tdxRelease],
  ] as const)
    scenes.set(stage, await GpuScene.of(release));
}, 60_000);

describe.each(["one", "board", "eight"] as const)("genuine devices: %s", (stage) => {
  it("are verified in every check", async () => {
    const { findings } = await scene(stage).examine();
    expect(unverified(findings)).toEqual([]);
  });

  it("are asserted by a token where nothing else is there, and nothing fails", async () => {
    const { findings } = await scene(stage).examine({ devices: [], nrasToken: await scene(stage).token() });
    const grades = new Set(findings.map(({ grade }) => grade));
    expect([...grades].sort()).toEqual(["asserted", "verified"]);
    expect(findings.filter(({ grade }) => grade === "verified").every(({ check }) => check.startsWith("nras-"))).toBe(
      true,
    );
  });

  it("stay verified beside a token that says the same", async () => {
    const { findings } = await scene(stage).examine({ nrasToken: await scene(stage).token() });
    expect(unverified(findings)).toEqual([]);
  });
});

describe.each(Object.entries(tables))("of %s is refused", (_, cases) => {
  it.each(Object.entries(cases))("%s", async (_name, { stage, change, check, grade = "failed" }) => {
    const { evidence, context } = await change(scene(stage));
    const { findings } = await scene(stage).examine(evidence, context);
    expect(
      gradeOf(findings, check),
      JSON.stringify(
        findings.filter((each) => each.grade !== "verified"),
        null,
        1,
      ),
    ).toBe(grade);
  });
});

it("knows more than a hundred ways", () => {
  expect(Object.values(tables).flatMap((cases) => Object.keys(cases)).length).toBeGreaterThan(100);
});
