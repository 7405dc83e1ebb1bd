import { describe, expect, it } from "vitest";
import { evidenceProblems } from "../../../components/attestation/acceptedEvidence";
import type { NodeAdmission } from "../../../components/attestation/nodeAdmission";
import { measurementClaim } from "../../../components/attestation/nodeAdmission";
import { nodeExpiryNotices, nodeWarnings, openNodeClients } from "../../../components/attestation/nodeNotices";
import { referenceValues } from "../../../components/attestation/referenceValues";
import { resourcePolicy } from "../../../components/attestation/resourcePolicy";
import { admit, sampleEvidence, samplePpid, sampleUeid } from "../../support/evidence";
import { withValue } from "../../support/factory";
import { azureEvidence, sampleNode, sampleTdxNode, tdxEvidence } from "../../support/nodes";
import { aks, gke, snp, tdx } from "../../support/policyCases/guests";

const zeros = "0".repeat(64);
const problemsOf = (...nodes: NodeAdmission[]) => evidenceProblems(admit(snp, tdx), sampleEvidence(), nodes);
const azure = (path: readonly string[], value: unknown) => withValue(sampleNode(), ["evidence", ...path], value);
const google = (path: readonly string[], value: unknown) => withValue(sampleTdxNode(), ["evidence", ...path], value);

describe("kinds of nodes", () => {
  it("are complete as they are, also without any release", () => {
    expect(problemsOf(aks, gke)).toEqual([]);
    expect(evidenceProblems([], sampleEvidence(), [aks])).toEqual([]);
    expect(evidenceProblems([], sampleEvidence())).toEqual([expect.stringMatching(/no release is given/)]);
  });

  it.each<[string, NodeAdmission, RegExp]>([
    ["without a paravisor", azure(["measurements"], []), /measurements is an empty list/],
    ["with an empty paravisor", azure(["measurements"], ["0".repeat(96)]), /measurements has a value of all zeros/],
    ...["04", "08", "09", "11", "12"].map((register): [string, NodeAdmission, RegExp] => [
      `without register ${register}`,
      azure(["pcrs", register], undefined),
      new RegExp(`pcrs\\.${register} is missing`),
    ]),
    ["with an empty register", azure(["pcrs", "03"], []), /pcrs\.03 is an empty list/],
    ["with any boot program", azure(["pcrs", "04"], ["a".repeat(64), zeros]), /pcrs\.04 has a value of all zeros/],
    ["with any kernel", azure(["pcrs", "09"], [zeros]), /pcrs\.09 and pcrs\.11 both accept zeros/],
    [
      "with firmware of all ages",
      azure(["tcb"], { bootloader: 0, microcode: 0, snp: 0, tee: 0 }),
      /oldest firmware is 0 in every part/,
    ],
    ["without a boot loader", google(["rtmr1"], []), /rtmr1 is an empty list/],
    ["with any kernel on TDX", google(["rtmr2"], ["0".repeat(96)]), /rtmr2 has a value of all zeros/],
    ["with any firmware", google(["mrTd"], ["0".repeat(96)]), /mrTd has a value of all zeros/],
    ["with no init-data at all to be", google(["mrConfigId"], []), /mrConfigId is an empty list/],
    ["open to debugging", google(["attributes"], ["0100001000000000"]), /open to debugging/],
    ["open to migration", google(["attributes"], ["0000003000000000"]), /migration TD/],
    ["without keys", sampleNode({ resources: [] }), /names no keys/],
    ["without a driver", withValue(sampleNode(), ["gpu", "drivers"], []), /accepts no GPU driver or no VBIOS/],
    ["of no time", withValue(sampleNode(), ["validity", "notAfter"], "tomorrow"), /"tomorrow" is no point in time/],
    [
      "that end before they begin",
      withValue(sampleNode(), ["validity", "notAfter"], "2026-11-01T00:00:00Z"),
      /would never be given a key/,
    ],
    [
      "that nobody means to look at again",
      withValue(sampleNode(), ["validity", "notAfter"], "2028-11-01T00:00:00Z"),
      /more than a year/,
    ],
    ["that are real beside made-up releases", sampleNode({ simulated: false }), /simulated nodes or releases/],
    ["with a release's key", sampleNode({ resources: [...snp.resources] }), /belongs to release llama-8b and to node/],
    [
      "with a release's init-data",
      google(["mrConfigId"], [`${tdx.initData.digest}${"0".repeat(32)}`]),
      /accepts the init-data of release frontier/,
    ],
  ])("%s are refused", (_, node, problem) => {
    expect(problemsOf(node)).toEqual(expect.arrayContaining([expect.stringMatching(problem)]));
    expect(() => resourcePolicy(admit(snp, tdx), sampleEvidence(), [node])).toThrow(problem);
    expect(() => referenceValues(admit(snp, tdx), sampleEvidence(), [node])).toThrow(problem);
  });

  it("are told apart by what they prove, or are one", () => {
    const other = (changes: Partial<NodeAdmission>) => sampleNode({ name: "other", resources: ["x/y/z"], ...changes });
    expect(problemsOf(aks, other({}))).toEqual([expect.stringMatching(/aks-ncc and other accept the same evidence/)]);
    const renewed = { ...azureEvidence, pcrs: { ...azureEvidence.pcrs, "04": ["c4".repeat(32)] } };
    expect(problemsOf(aks, other({ evidence: renewed }))).toEqual([]);
    // A register that only one of them compares tells nothing apart, and neither does firmware.
    const looser = {
      ...azureEvidence,
      pcrs: { ...azureEvidence.pcrs, "03": undefined },
      tcb: { ...azureEvidence.tcb, snp: 30 },
    };
    expect(problemsOf(aks, other({ evidence: looser }))).toHaveLength(1);
    const later = { notBefore: aks.validity.notAfter, notAfter: "2027-06-01T00:00:00Z" };
    expect(problemsOf(aks, other({ validity: later }))).toEqual([]);
    expect(problemsOf(gke, other({ evidence: { ...tdxEvidence, rtmr0: undefined } }))).toHaveLength(1);
  });

  it("have names and keys of their own", () => {
    expect(problemsOf(aks, sampleNode())).toEqual([expect.stringMatching(/node aks-ncc stands twice/)]);
    expect(problemsOf(aks, sampleTdxNode({ resources: [...aks.resources] }))).toEqual(
      aks.resources.map((path) =>
        expect.stringContaining(`resource ${path} belongs to node aks-ncc and to node gke-a3`),
      ),
    );
  });

  it("are held to lists of devices as guests are, where Trustee can", () => {
    const listed = { chips: [samplePpid], gpus: [sampleUeid(0)] };
    expect(evidenceProblems([], sampleEvidence(listed), [gke])).toEqual([]);
    expect(evidenceProblems([], sampleEvidence(listed), [aks])).toEqual([expect.stringMatching(/node aks-ncc: chips/)]);
    const local = sampleEvidence({ verifier: "local" });
    expect(evidenceProblems([], local, [aks])).toEqual([]);
    const blackwell = withValue(aks, ["gpu", "model"], "RTX-PRO-6000-BSE");
    expect(evidenceProblems([], local, [blackwell])).toEqual([expect.stringMatching(/knows Hopper GPUs only/)]);
  });
});

describe("the policies for nodes", () => {
  it("are the same whatever the order of nodes and of their values", () => {
    const turned = {
      ...aks,
      resources: [...aks.resources].reverse(),
      evidence: { ...azureEvidence, measurements: [...azureEvidence.measurements].reverse() },
    };
    const text = resourcePolicy(admit(snp), sampleEvidence(), [aks, gke]);
    expect(resourcePolicy(admit(snp), sampleEvidence(), [gke, turned])).toBe(text);
    expect(text.indexOf('"aks-ncc": {')).toBeLessThan(text.indexOf('"gke-a3": {'));
    expect(text).toContain("node of a cloud, keys from 2026-11-20T00:00:00Z until 2027-01-20T00:00:00Z");
  });

  it("have rules for whom they are about alone", () => {
    const only = resourcePolicy([], sampleEvidence(), [gke]);
    expect(only).not.toMatch(/guest_is|releases|az-snp-vtpm/);
    expect(resourcePolicy(admit(snp), sampleEvidence())).not.toMatch(/node_is|nodes/);
    expect(resourcePolicy([], sampleEvidence(), [aks])).not.toMatch(/mr_td/);
  });

  it("say SIMULATED where the values are made up, and only there", () => {
    expect(resourcePolicy([], sampleEvidence(), [aks])).toContain("# SIMULATED");
    expect(resourcePolicy([], sampleEvidence(), [{ ...aks, simulated: false }])).not.toContain("SIMULATED");
  });

  it("name the paravisor as Trustee reports it, in base64", () => {
    expect(measurementClaim("00".repeat(48))).toBe("A".repeat(64));
    const [hex = ""] = azureEvidence.measurements;
    const text = resourcePolicy([], sampleEvidence(), [aks]);
    expect(text).toContain(`"${Buffer.from(hex, "hex").toString("base64")}"`);
    expect(text).not.toContain(hex);
    expect(referenceValues([], sampleEvidence(), [aks])).toMatchObject({
      measurement: azureEvidence.measurements.map(measurementClaim).sort(),
      snp_pcr04: azureEvidence.pcrs["04"],
      tcb_snp: [22],
      allowed_driver_versions: ["580.95.05"],
    });
  });

  it("keep measurements of releases and of nodes in lists of one name apart by block", () => {
    expect(referenceValues(admit(tdx), sampleEvidence(), [gke]).rtmr_1).toEqual(
      ["2".repeat(96), ...tdxEvidence.rtmr1].sort(),
    );
  });
});

describe("what is said of nodes", () => {
  it("names who is inside, who else has such nodes, and whose the firmware is", () => {
    const [inside, others, firmware, ...google] = nodeWarnings([gke, aks]);
    expect(inside).toMatch(/aks-ncc: the whole node is the TEE, with kubelet/);
    expect(others).toMatch(/neither cluster nor tenant.*Nobody signed its values/);
    expect(firmware).toMatch(/Microsoft's paravisor.*VMPL0.*does not compare which registers a quote says/);
    expect(google).toHaveLength(3);
    expect(google[2]).toMatch(/firmware is the cloud's/);
    expect(nodeWarnings([])).toEqual([]);
  });

  it("is said of their end before it, and after it", () => {
    const at = (day: string) => nodeExpiryNotices([aks], new Date(day));
    expect(at("2027-01-01T00:00:00Z")).toEqual([]);
    expect(at("2027-01-10T00:00:00Z")).toEqual([
      { expired: false, text: expect.stringMatching(/keys for 10 more days, until 2027-01-20/) as string },
    ]);
    expect(at("2027-01-20T00:00:01Z")).toEqual([
      { expired: true, text: expect.stringMatching(/get no keys since 2027-01-20/) as string },
    ]);
  });
});

describe("who reaches a key broker for nodes", () => {
  it("is said where it is more than one's own nodes, since nothing else keeps others' out", () => {
    const ranges = ["20.0.0.0/8", "192.0.2.0/24", "10.0.0.0/8", "172.20.0.0/16", "172.32.0.0/16", "192.0.2.7/32"];
    expect(openNodeClients([aks], ranges).map((text) => text.split(" ")[0])).toEqual([
      '"20.0.0.0/8"',
      '"172.32.0.0/16"',
    ]);
    expect(openNodeClients([], ranges)).toEqual([]);
  });
});
