import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ExamineContext } from "../../../../components/verdict/context";
import type { DeviceEvidence } from "../../../../components/verdict/evidence/attestRequest";
import { parseGpuReport } from "../../../../components/verdict/evidence/gpuReport";
import { examineGpus } from "../../../../components/verdict/gpu/examineGpus";
import { gpuSources } from "../../../../components/verdict/gpu/sources";
import { pinnedRoots } from "../../../../components/verdict/roots";
import { evidenceOf } from "../../../support/gpu/customDevice";
import { gradeOf, unverified } from "../../../support/gpu/scene";
import { sampleRelease } from "../../../support/release";
import { absence, upstream } from "../../../support/upstream";

const report = "evidence/hopper_coco_report1.txt";
const chain = "evidence/hopper_coco_certs1.txt";
const otherReport = "evidence/hopperAttestationReport.txt";
const text = (path: string) => readFileSync(upstream(path) as string, "utf8").trim();
const bytes = (path: string) => Buffer.from(text(path), "hex");

const { tee, launch, tcb } = sampleRelease();
/** What the sample would have to be for a release that accepts it. */
const context = (changes: Partial<ExamineContext["expected"]> = {}): ExamineContext => ({
  now: new Date("2026-11-01T00:00:00Z"),
  roots: pinnedRoots,
  collateral: [],
  expected: {
    tee,
    launch,
    tcb,
    gpu: { model: "H100", count: 1, nvSwitches: 0 },
    gpuClaims: { drivers: ["580.95.05"], vbios: ["96.00.74.00.1A"] },
    boundInitData: "",
    reportData: { unknown: "no CPU here" },
    deviceNonce: { value: "87d8e24ab336adafe228d49e83d745f6dba4ae505372b6a5704820856b343fec" },
    ...changes,
  },
});
const device = (path = report): DeviceEvidence => evidenceOf(bytes(path), [text(chain)]);

describe.skipIf(!upstream(report) || !upstream(chain))(`a real H100's report${absence(report)}`, () => {
  it("holds under NVIDIA's pinned root; open is what only manifests and answers show", async () => {
    const { findings } = await examineGpus({ devices: [device()] }, context());
    expect(gradeOf(findings, "gpu-chain")).toBe("verified");
    expect(gradeOf(findings, "gpu-report-signature")).toBe("verified");
    expect(gradeOf(findings, "gpu-firmware-id")).toBe("verified");
    expect(gradeOf(findings, "gpu-nonce")).toBe("verified");
    expect(gradeOf(findings, "gpu-mode")).toBe("verified");
    expect(unverified(findings)).toEqual([
      "gpu0 gpu-debug notChecked",
      "gpu0 gpu-driver-manifest notChecked",
      "gpu0 gpu-measurements notChecked",
      "gpu0 gpu-revocation notChecked",
      "gpu0 gpu-vbios-manifest notChecked",
    ]);
  });

  it("is taken as hex, too, as older guests send it", async () => {
    const evidence = { ...device(), evidence: text(report) };
    expect(gradeOf((await examineGpus({ devices: [evidence] }, context())).findings, "gpu-report-signature")).toBe(
      "verified",
    );
  });

  it("is refused for another question, driver or model, each by its own check", async () => {
    const check = async (changes: Partial<ExamineContext["expected"]>) =>
      (await examineGpus({ devices: [device()] }, context(changes))).findings
        .filter(({ grade }) => grade === "failed")
        .map((finding) => finding.check);
    expect(await check({ deviceNonce: { value: "00".repeat(32) } })).toEqual(["gpu-nonce"]);
    expect(await check({ gpuClaims: { drivers: ["595.58.03"], vbios: ["96.00.74.00.1A"] } })).toEqual(["gpu-driver"]);
    expect(await check({ gpu: { model: "B200", count: 1, nvSwitches: 0 } })).toEqual(["gpu-model"]);
    expect(await check({ gpu: { model: "H200", count: 1, nvSwitches: 0 } })).toEqual([]);
    expect(await check({ gpu: { model: "H100", count: 2, nvSwitches: 0 } })).toEqual(["gpu-count"]);
  });

  it("is refused under a root of somebody's own", async () => {
    const { findings } = await examineGpus(
      { devices: [device()] },
      { ...context(), roots: { ...pinnedRoots, nvidia: pinnedRoots.nvidiaManifests } },
    );
    expect(gradeOf(findings, "gpu-chain")).toBe("failed");
  });

  it("says where its manifests, answers and keys are", () => {
    const sources = gpuSources([device()]);
    expect(sources.filter(({ kind }) => kind === "nvidia-rim").map(({ url }) => url)).toEqual([
      "https://rim.attestation.nvidia.com/v1/rim/NV_GPU_DRIVER_GH100_580.95.05",
      "https://rim.attestation.nvidia.com/v1/rim/NV_GPU_VBIOS_1010_0200_882_960074001A",
    ]);
    expect(sources.filter(({ kind }) => kind === "nvidia-ocsp")).toHaveLength(3);
    expect(sources.filter(({ kind }) => kind === "jwks")).toHaveLength(1);
  });

  it.skipIf(!upstream(otherReport))("lends its certificates to no other report", async () => {
    const other = parseGpuReport(bytes(otherReport));
    const { findings } = await examineGpus(
      { devices: [device(otherReport)] },
      context({ deviceNonce: { value: other.nonce } }),
    );
    expect(gradeOf(findings, "gpu-report-signature")).toBe("failed");
    expect(gradeOf(findings, "gpu-nonce")).toBe("verified");
    expect(gradeOf(findings, "gpu-driver")).toBeUndefined();
  });
});

it("has nothing to fetch for no device", () => {
  expect(gpuSources([])).toEqual([]);
});
