import { describe, expect, it } from "vitest";
import type { EvidenceOptions } from "../../../components/attestation/acceptedEvidence";
import { evidenceProblems, requireEvidence } from "../../../components/attestation/acceptedEvidence";
import type { Release } from "../../../components/workload/release";
import { admit, sampleEvidence, samplePpid } from "../../support/evidence";
import { board, former, settings, sibling, snp, tdx } from "../../support/policyCases/guests";
import { sampleRelease, tdxParts } from "../../support/release";

describe("evidence for a release", () => {
  it.each(Object.entries(settings))("is complete: %s", (_, { admitted, nodes, options }) => {
    expect(evidenceProblems(admitted, options, nodes)).toEqual([]);
  });

  const local = sampleEvidence({ verifier: "local" });
  const zeros = "0".repeat(96);
  const { tdx: launch } = tdxParts.launch;
  const boardGpus = { model: "H100", count: 8, nvSwitches: 4 };

  it.each<[string, Partial<Release>, EvidenceOptions, RegExp]>([
    ["no measurement of its TEE", { launch: {} }, sampleEvidence(), /it has no launch measurement of snp, its TEE/],
    ["another TEE's measurement", { launch: tdxParts.launch }, sampleEvidence(), /no launch measurement of snp/],
    ["no firmware floor", { tcb: {} }, sampleEvidence(), /names no oldest firmware for snp.*set tcb\.snp/],
    [
      "a measurement of zeros",
      { launch: { snp: { measurement: zeros } } },
      sampleEvidence(),
      /measurement is all zeros/,
    ],
    [
      "no command line measured",
      { ...tdxParts, launch: { tdx: { ...launch, rtmr2: zeros } } },
      sampleEvidence(),
      /its rtmr2 is all zeros/,
    ],
    [
      "a TD that is open to debugging",
      { ...tdxParts, tcb: { tdx: { ...tdxParts.tcb.tdx, attributes: ["0100001000000000"] } } },
      sampleEvidence(),
      /0100001000000000 are those of a guest open to debugging/,
    ],
    [
      "a firmware floor that lets everything pass",
      { tcb: { snp: { bootloader: 0, tee: 0, snp: 0, microcode: 0 } } },
      sampleEvidence(),
      /oldest firmware is 0 in every part/,
    ],
    [
      "a TD that may be migrated",
      { ...tdxParts, tcb: { tdx: { ...tdxParts.tcb.tdx, attributes: ["0000001000000000", "0000003000000000"] } } },
      sampleEvidence(),
      /0000003000000000 let a migration TD take the guest's memory out/,
    ],
    ["no switch BIOS", { gpu: boardGpus }, sampleEvidence(), /names no BIOS of theirs; set gpuClaims\.switchBios/],
    [
      "init-data of zeros",
      { initData: { annotation: "x", digest: "0".repeat(64) } },
      sampleEvidence(),
      /init-data digest is all zeros/,
    ],
    [
      "Blackwell with the local verifier",
      { gpu: { model: "B200", count: 1, nvSwitches: 0 } },
      local,
      /knows Hopper GPUs only, not B200; write nvidiaVerifier: remote/,
    ],
    [
      "eight GPUs with the local verifier",
      { gpu: { ...boardGpus, nvSwitches: 0 } },
      local,
      /cannot tell 8 GPUs from one/,
    ],
    ["known GPUs and the local verifier", {}, { ...local, gpus: ["7"] }, /passes no GPU's identity on/],
    ["known chips on SEV-SNP", {}, sampleEvidence({ chips: [samplePpid] }), /no chip's identity of SEV-SNP/],
    ["no chips", tdxParts, sampleEvidence({ chips: [] }), /chips is an empty list/],
    ["a chip that is none", tdxParts, sampleEvidence({ chips: ["A5"] }), /chips: "A5" is not a PPID/],
    ["a GPU that is none", {}, sampleEvidence({ gpus: ["GPU-7"] }), /gpus: "GPU-7" is not a GPU's ueid/],
  ])("is refused with %s", (_, changes, options, says) => {
    expect(evidenceProblems(admit(sampleRelease(changes)), options)).toEqual([expect.stringMatching(says)]);
    expect(() => requireEvidence(admit(sampleRelease(changes)), options)).toThrow(says);
  });
});

describe("releases beside each other", () => {
  it("of different names share no keys, and are all real or all simulated", () => {
    const thief = { ...sibling, resources: [...sibling.resources, snp.resources[0]!], simulated: false };
    expect(evidenceProblems(admit(snp, thief), sampleEvidence())).toEqual([
      "resource acme/model-key/llama-8b belongs to release llama-70b and to llama-8b; one key, one release",
      expect.stringMatching(/^simulated releases stand beside real ones/),
    ]);
  });

  it("have to be told apart by what their guests prove", () => {
    const twin = { ...snp, name: "twin", resources: ["acme/model-key/twin"] };
    expect(evidenceProblems(admit(snp, twin), sampleEvidence())).toEqual([
      expect.stringMatching(/^releases llama-8b and twin have the same launch measurement and the same init-data/),
    ]);
    expect(evidenceProblems(admit(snp, { ...twin, initData: board.initData }), sampleEvidence())).toEqual([]);
    expect(evidenceProblems(admit(snp, { ...twin, launch: board.launch }), sampleEvidence())).toEqual([]);
  });

  it.each<[string, Partial<Release>, RegExp]>([
    ["owner", { owner: "mallory" }, /number 2 is of mallory for acme-rehearsal, number 1 of acme-models/],
    ["factory", { factory: "elsewhere" }, /number 2 is of acme-models for elsewhere/],
  ])("of one name are of one %s, as they share keys", (_, changes, says) => {
    const successor = { ...former, ...changes, history: { sequence: 2, previous: "9".repeat(64) } };
    const admitted = [{ release: successor }, { release: former, until: "2026-12-15T00:00:00Z" }];
    expect(evidenceProblems(admitted, sampleEvidence())).toEqual([expect.stringMatching(says)]);
  });

  it("are needed at all", () => {
    expect(evidenceProblems([], sampleEvidence())).toEqual([expect.stringMatching(/^no release is given/)]);
    expect(() => requireEvidence([], sampleEvidence())).toThrow(/^attestation: no release is given/);
  });
});

it("is not the local verifier's to give for TDX with Blackwell", () => {
  expect(evidenceProblems(admit(tdx), sampleEvidence({ verifier: "local" }))).toHaveLength(1);
});
