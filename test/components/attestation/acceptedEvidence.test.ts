import { describe, expect, it } from "vitest";
import type { AcceptedEvidence } from "../../../components/attestation/acceptedEvidence";
import { evidenceProblems, evidenceWarnings, requireEvidence } from "../../../components/attestation/acceptedEvidence";
import type { Release } from "../../../components/workload/release";
import { sampleEvidence } from "../../support/evidence";
import { withValue } from "../../support/factory";
import { sampleRelease } from "../../support/release";

const tdx: Partial<Release> = { tee: "tdx", rtmrs: { rtmr1: "2".repeat(96), rtmr2: "3".repeat(96) } };
const tcb = ["snpTcb"];

describe("evidence for a release", () => {
  it("is complete with its TEE's firmware and its devices'", () => {
    expect(
      evidenceProblems([sampleRelease(), sampleRelease({ ...tdx, name: "b", resources: ["a/b/c"] })], sampleEvidence()),
    ).toEqual([]);
  });

  it("of one TEE needs nothing of the other", () => {
    expect(evidenceProblems([sampleRelease()], sampleEvidence({ tdxTcb: undefined }))).toEqual([]);
    expect(evidenceProblems([sampleRelease(tdx)], sampleEvidence({ snpTcb: undefined }))).toEqual([]);
  });

  it.each<[string, Partial<Release>, AcceptedEvidence, RegExp]>([
    ["no SNP TCB", {}, sampleEvidence({ snpTcb: undefined }), /snpTcb\.bootloader.*snpTcb\.tee/],
    ["no SNP versions", {}, withValue(sampleEvidence(), [...tcb, "snp"], []), /snpTcb\.snp/],
    ["no XFAM", tdx, sampleEvidence({ tdxTcb: undefined }), /tdxTcb\.xfam/],
    ["no RTMRs", { tee: "tdx" }, sampleEvidence(), /MRTD alone binds neither kernel nor command line/],
    ["no drivers", {}, withValue(sampleEvidence(), ["gpuFirmware", "drivers"], []), /gpuFirmware\.drivers/],
    ["no VBIOS", {}, withValue(sampleEvidence(), ["gpuFirmware", "vbios"], []), /gpuFirmware\.vbios/],
    [
      "no switch BIOS for a board with switches",
      { gpu: { model: "H100", count: 8, nvSwitches: 4 } },
      withValue(sampleEvidence(), ["gpuFirmware", "switchBios"], undefined),
      /gpuFirmware\.switchBios/,
    ],
    [
      "a measurement of zeros",
      { launchMeasurement: "0".repeat(96) },
      sampleEvidence(),
      /launch measurement is all zeros/,
    ],
    [
      "init-data of zeros",
      { initData: { annotation: "x", digest: "0".repeat(64) } },
      sampleEvidence(),
      /init-data digest is all zeros/,
    ],
    [
      "Blackwell with the local verifier",
      { gpu: { model: "B200", count: 1, nvSwitches: 0 } },
      sampleEvidence({ nvidiaVerifier: "local" }),
      /knows Hopper GPUs only, not B200; write nvidiaVerifier: remote/,
    ],
    [
      "eight GPUs with the local verifier",
      { gpu: { model: "H100", count: 8, nvSwitches: 4 } },
      sampleEvidence({ nvidiaVerifier: "local" }),
      /cannot tell 8 GPUs from one reported 8 times/,
    ],
  ])("is refused with %s", (_, changes, accepted, says) => {
    expect(evidenceProblems([sampleRelease(changes)], accepted).join("\n")).toMatch(
      new RegExp(says.source, says.flags + "s"),
    );
  });
});

describe("releases beside each other", () => {
  it("share neither names nor keys, and are all real or all simulated", () => {
    const problems = evidenceProblems(
      [sampleRelease(), sampleRelease(), sampleRelease({ name: "other", simulated: false })],
      sampleEvidence(),
    );
    expect(problems).toEqual([
      "release llama-8b stands twice; give each release its own name",
      "resource acme/model-key/llama-8b belongs to release llama-8b and to other; one key, one release",
      expect.stringMatching(/^simulated releases stand beside real ones/),
    ]);
  });

  it("are needed at all", () => {
    expect(evidenceProblems([], sampleEvidence())).toEqual([expect.stringMatching(/^no release is given/)]);
    expect(() => requireEvidence([], sampleEvidence())).toThrow(/^attestation: no release is given/);
  });
});

it("warns of the local verifier", () => {
  expect(evidenceWarnings(sampleEvidence())).toEqual([]);
  expect(evidenceWarnings(sampleEvidence({ nvidiaVerifier: "local" }))).toEqual([
    expect.stringMatching(/cannot tell a GPU in development mode/),
  ]);
});
