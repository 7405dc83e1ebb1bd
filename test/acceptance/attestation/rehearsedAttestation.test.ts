import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Release } from "../../../components/workload/release";
import type { AttackResult } from "../../../tooling/attestation/attacks";
import { attacks, playAttack } from "../../../tooling/attestation/attacks";
import { play } from "../../../tooling/attestation/play";
import { isSound, rehearseAttestation } from "../../../tooling/attestation/rehearse";
import { steps } from "../../../tooling/attestation/refusal";
import { genuineScene } from "../../../tooling/attestation/scene";
import { World } from "../../../tooling/attestation/world";
import {
  boardRelease,
  decisionsFor,
  playTime,
  siblingRelease,
  snpRelease,
  tdxRelease,
} from "../../tooling/attestation/support";

const releases = [snpRelease, siblingRelease, tdxRelease, boardRelease];
const opa = () => join(inject("toolchain").binDir, "opa");

let world: World;
beforeAll(async () => {
  world = await World.create(opa(), releases, decisionsFor(releases));
});
afterAll(() => world.remove());

const attackOn = (release: Release, name: string): Promise<AttackResult> => {
  const attack = attacks.find((each) => each.name === name);
  if (!attack) throw new Error(`no attack ${name}`);
  return playAttack(world, release, attack, playTime);
};

describe("a genuine guest", () => {
  it.each([
    ["of SNP with one GPU", snpRelease],
    ["of TDX with eight GPUs", tdxRelease],
    ["of SNP with eight GPUs and four switches", boardRelease],
  ])("%s goes through all eight steps and opens its resource", async (_, release) => {
    const { steps: played, refusal } = await play(world, genuineScene(world, release, playTime));
    expect(refusal).toBeUndefined();
    expect(played.map(({ step }) => step)).toEqual([...steps]);
  });

  it("is refused before the release's first day, and by the policy", async () => {
    const early = new Date(Date.parse(snpRelease.validity.notBefore) - 1000);
    const { refusal } = await play(world, genuineScene(world, snpRelease, early));
    expect(refusal).toMatchObject({ step: "policy" });
    expect(refusal?.reason).toContain("block llama-8b#1: input.iat >= release.from");
  });
});

/** Reasons by attack: the check, or the condition of the policy, that has to be named. */
const snpReasons: Readonly<Record<string, string>> = {
  relay: "report data is not the digest",
  replay: "nonce is not the one of this session",
  "replay-renamed": "report data is not the digest",
  "swapped-gpu": "report data is not the digest",
  "forged-report": "the VCEK did not sign the report",
  "forged-init-data": "is not what the hardware holds",
  "expired-token": "the token has expired",
  "forged-token": "certificate is not trusted",
  "edited-token": "was changed after it was signed",
  "stolen-token": "opens with the attested guest's key alone",
  "other-path": "no release names the resource",
  "other-tenant": 'evidence("cpu0").init_data == release.init_data',
  "other-init-data": 'evidence("cpu0").init_data == release.init_data',
  "other-firmware": "(warning is not affirming)",
  "debug-guest": "(warning is not affirming)",
  "old-tcb": "(contraindicated is not affirming)",
  "forged-tcb": '"microcode":83',
  "guest-program": "VMPL 2",
  "self-made-root": "was not issued by",
  "after-end": "input.iat < release.until",
  "gpu-left-out": "{name | some name in release.submods}",
  "gpu-twice": "{name | some name in release.submods}",
  "gpu-of-another-session": "another nonce",
  "self-made-gpu": "device 0: ",
  "old-gpu-driver": "(warning is not affirming)",
  "altered-gpu-firmware": "(warning is not affirming)",
  "revoked-gpu": "(contraindicated is not affirming)",
};

/** What the attestation service says of a guest that it does not affirm. */
const appraisals: Readonly<Record<string, string>> = {
  "other-firmware": 'executables 33: input.snp.measurement in query_reference_value("snp_launch_measurement")',
  "debug-guest": "configuration 36: input.snp.policy_debug_allowed == false (true is not false)",
  "old-tcb": "hardware 97: version >= floor (83 is less than 84)",
  "old-gpu-driver": 'configuration 36: input.nvidia["x-nvidia-gpu-driver-version"]',
  "altered-gpu-firmware": 'executables 33: input.nvidia.measres == "success" (fail is not success)',
  "revoked-gpu": "(revoked is not good)",
};

describe("an attack on an SNP guest", () => {
  it.each(attacks.map(({ name }) => name).filter((name) => name !== "other-kernel"))("by %s fails", async (name) => {
    const result = await attackOn(snpRelease, name);
    expect(result).toMatchObject({ outcome: "refused", reason: expect.stringContaining(snpReasons[name] ?? "none") });
    if (appraisals[name]) expect(result.appraisal).toContain(appraisals[name]);
  });
});

describe("an attack on a TDX guest", () => {
  it.each([
    ["relay", "report data is not the digest"],
    ["forged-report", "the attestation key did not sign the quote"],
    ["forged-init-data", "is not what the hardware holds"],
    ["self-made-root", "was not issued by"],
    ["other-tenant", "{name | some name in release.submods}"],
    ["other-init-data", 'evidence("cpu0").init_data == release.init_data'],
    ["gpu-twice", 'count(identities("gpu")) == release.gpus'],
  ])("by %s fails", async (name, reason) => {
    expect(await attackOn(tdxRelease, name)).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining(reason) as string,
    });
  });

  it.each([
    ["other-firmware", "hardware 97: input.tdx.quote.body.mr_td"],
    ["other-kernel", "executables 33: input.tdx.quote.body.rtmr_1"],
    ["debug-guest", "configuration 36: input.tdx.td_attributes.debug == false (true is not false)"],
    ["old-tcb", 'hardware 97: input.tdx.tcb_status == "UpToDate" (OutOfDate is not UpToDate)'],
  ])("by %s fails, and the appraisal says why", async (name, appraisal) => {
    const result = await attackOn(tdxRelease, name);
    expect(result.outcome).toBe("refused");
    expect(result.appraisal).toContain(appraisal);
  });
});

it("finds a key broker that is open: its attacks succeed, and the rehearsal is not sound", async () => {
  const closed = decisionsFor(releases);
  const open = {
    ...closed,
    resourcePolicy: 'package policy\n\nimport rego.v1\n\nallow if data.plugin == "resource"\n',
  };
  const [result] = await rehearseAttestation({
    opa: opa(),
    releases,
    decisions: open,
    only: ["llama-8b"],
    attacks: attacks.filter(({ name }) => ["other-tenant", "debug-guest", "relay"].includes(name)),
    now: playTime,
  });
  expect(result?.good.refusal).toBeUndefined();
  expect(result?.attacks.map(({ attack, outcome }) => [attack, outcome])).toEqual([
    ["relay", "refused"],
    ["other-tenant", "succeeded"],
    ["debug-guest", "succeeded"],
  ]);
  expect(result && isSound(result)).toBe(false);
});

it("plays Trustee's local verifier for one Hopper GPU, and says what that one does not see", async () => {
  const local = await rehearseAttestation({
    opa: opa(),
    releases: [snpRelease],
    decisions: decisionsFor([{ ...snpRelease, gpuClaims: localClaims }], "local"),
    attacks: attacks.filter(({ name }) => ["altered-gpu-firmware", "self-made-gpu", "other-tenant"].includes(name)),
    now: playTime,
  });
  expect(local[0]?.good.refusal).toBeUndefined();
  expect(local[0]?.attacks).toMatchObject([
    { attack: "other-tenant", outcome: "notPlayed", reason: "there is one release only" },
    { attack: "self-made-gpu", outcome: "refused" },
    {
      attack: "altered-gpu-firmware",
      outcome: "notPlayed",
      reason: expect.stringContaining("local verifier") as string,
    },
  ]);
});

/** The local verifier writes VBIOS versions in lower case. */
const localClaims = { drivers: ["595.58.03"], vbios: ["96.00.cf.00.02"] };
