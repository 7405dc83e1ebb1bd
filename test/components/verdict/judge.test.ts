import { createPublicKey, generateKeyPairSync } from "node:crypto";
import type { JWK } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import type { CollateralFile, VendorRoots } from "../../../components/verdict/context";
import { isSameKey } from "../../../components/verdict/channel";
import { examiners } from "../../../components/verdict/examiners";
import type { Finding, VerdictClaimId } from "../../../components/verdict/finding";
import type { BoundRuntime, JudgeArgs } from "../../../components/verdict/judge";
import { judgeGuest } from "../../../components/verdict/judge";
import type { GuestEvidence } from "../../../components/verdict/question";
import { pinnedRoots } from "../../../components/verdict/roots";
import type { Verdict } from "../../../components/verdict/verdict";
import type { Release } from "../../../components/workload/release";
import { collectEvidence } from "../../../tooling/attestation/collect";
import { genuineGuest } from "../../../tooling/attestation/guest";
import { TestMachine } from "../../../tooling/attestation/hardware";
import { TestVendors } from "../../../tooling/attestation/vendors";
import { simulatedCollateral, simulatedRoots } from "../../../tooling/verdict/simulated/vendors";
import { sampleRelease, tdxParts } from "../../support/release";

// SIMULATED guests, judged by the examiners that judge real ones.

const now = new Date("2026-11-20T12:00:00Z");
const nonce = "bm9uY2Ugb2YgdGhlIHJlYWRlciwgMzIgYnl0ZXMhIQ";
const keyOf = () => createPublicKey(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
const guestKey = keyOf().export({ format: "jwk" }) as JWK;

interface Scene {
  readonly release: Release;
  readonly evidence: GuestEvidence;
  readonly roots: VendorRoots;
  readonly collateral: readonly CollateralFile[];
}

async function sceneOf(release: Release) {
  const vendors = await TestVendors.create();
  const machine = new TestMachine(vendors, "host-a");
  const spec = genuineGuest(release);
  const request = await collectEvidence(spec, machine, { nonce, "tee-pubkey": guestKey }, vendors.roots);
  return {
    release,
    evidence: { tee: release.tee, request },
    roots: simulatedRoots(vendors),
    collateral: await simulatedCollateral(vendors, machine, spec, now),
  } satisfies Scene;
}

const inGuest = (bound: BoundRuntime | undefined): readonly Finding[] => [
  {
    check: "channel-key",
    claim: "channel-ends-in-guest",
    of: "channel",
    grade: bound?.signed && isSameKey(bound.runtime["tee-pubkey"], guestKey) ? "verified" : "failed",
    says: "the TLS end's key is the guest's",
  },
];

function judged({ release, ...scene }: Scene, changes: Partial<JudgeArgs> = {}): Promise<Verdict> {
  const verified = { release, digest: "d".repeat(64), signedBy: ["Acme release officer"], warnings: [] };
  return judgeGuest({ release: verified, ...scene, nonce, channel: inGuest, now, ...changes }, examiners);
}

const gradeOf = ({ claims }: Verdict, claim: VerdictClaimId) => claims.find((each) => each.claim === claim)?.grade;
const checksOf = ({ claims }: Verdict) => [
  ...new Set(claims.flatMap(({ findings }) => findings.map(({ check }) => check))),
];

let snp: Scene;
let tdx: Scene;
beforeAll(async () => {
  [snp, tdx] = await Promise.all([sceneOf(sampleRelease()), sceneOf(sampleRelease(tdxParts))]);
}, 60_000);

describe.each([
  ["snp", () => snp],
  ["tdx", () => tdx],
] as const)("a genuine guest on %s", (_, scene) => {
  it("is verified in all that is required, and SIMULATED", async () => {
    const verdict = await judged(scene());
    expect(verdict.standing).toEqual([]);
    expect(verdict).toMatchObject({ overall: "verified", accepted: true, simulated: true, by: [] });
  });

  it("is asserted by the owner where its measurement is declared", async () => {
    const release = { ...scene().release, measuredBy: "declared" as const };
    const verdict = await judged({ ...scene(), release });
    expect(verdict).toMatchObject({ overall: "asserted", by: [release.owner], accepted: false });
    const acceptance = { assertedBy: [release.owner], unchecked: [] };
    expect(await judged({ ...scene(), release }, { acceptance })).toMatchObject({
      overall: "asserted",
      accepted: true,
    });
  });

  it("keeps no host out to which the release opens its output", async () => {
    const { release } = scene();
    const opened = { ...release, agentPolicy: { ...release.agentPolicy, openings: ["logs" as const] } };
    const verdict = await judged({ ...scene(), release: opened });
    expect(gradeOf(verdict, "host-kept-out")).toBe("failed");
    expect(gradeOf(verdict, "image-as-released")).toBe("verified");
  });

  it("is not fresh without a question, nor for another one", async () => {
    const unasked = await judged(scene(), { nonce: undefined });
    expect([unasked.overall, gradeOf(unasked, "evidence-fresh")]).toEqual(["notChecked", "notChecked"]);
    const replayed = await judged(scene(), { nonce: "another" });
    expect([replayed.overall, gradeOf(replayed, "evidence-fresh")]).toEqual(["failed", "failed"]);
  });

  it("is none under the vendors' pinned roots, nor for a genuine release under a rehearsal's", async () => {
    expect((await judged({ ...scene(), roots: pinnedRoots })).overall).toBe("failed");
    const genuine = { ...scene().release, simulated: false };
    const verdict = await judged({ ...scene(), release: genuine });
    expect(verdict.overall).toBe("failed");
    expect(verdict.standing.map(({ check }) => check)).toContain("release-roots");
  });

  it("says of the owner's key broker what is the owner's word, and that nothing shows it", async () => {
    const claim = (await judged(scene())).claims.find((each) => each.claim === "keys-for-release-only");
    expect(claim).toMatchObject({
      grade: "asserted",
      required: false,
      by: [`the key broker of ${scene().release.owner}`],
    });
  });
});

describe("without raw evidence", () => {
  it("nothing about a guest is checked", async () => {
    const verdict = await judged({ ...snp, evidence: undefined as never });
    expect(verdict.overall).toBe("failed");
    expect(gradeOf(verdict, "channel-ends-in-guest")).toBe("failed");
    expect(gradeOf(verdict, "cpu-genuine")).toBe("notChecked");
  });
});

describe("evidence of the other TEE", () => {
  it("is refused by what the release says, before it is looked at", async () => {
    const verdict = await judged({ ...snp, evidence: tdx.evidence });
    expect(verdict.overall).toBe("failed");
    expect(checksOf(verdict)).toContain("cpu-tee");
  });
});

describe("a word about another guest", () => {
  const word = (grade: Finding["grade"]): Finding => ({
    check: "ear-gpus",
    claim: "gpu-genuine",
    of: "token",
    grade,
    says: "so it is said",
    by: "somebody",
  });
  const withoutManifests = () => ({ ...snp, collateral: snp.collateral.filter(({ kind }) => kind !== "nvidia-rim") });

  it.each([
    [true, "asserted"],
    [false, "notChecked"],
  ] as const)("fills a gap of this guest's evidence: %s", async (ofThisGuest, expected) => {
    const verdict = await judged(withoutManifests(), {
      word: { findings: [word("asserted")], collateral: [], ofThisGuest },
    });
    expect(gradeOf(verdict, "gpu-genuine")).toBe(expected);
  });

  it("counts where it is bad", async () => {
    const verdict = await judged(snp, { word: { findings: [word("failed")], collateral: [], ofThisGuest: false } });
    expect(gradeOf(verdict, "gpu-genuine")).toBe("failed");
  });
});

/** Checks of a good guest. One that is made no longer would leave its claim to the others, and nobody would see it. */
const made = {
  snp: [
    "snp-certified-tcb snp-chain snp-chip-id snp-host-data snp-id-block snp-measurement snp-platform snp-policy-abi",
    "snp-policy-debug snp-policy-kept snp-policy-migration snp-product snp-report-data snp-report-format",
    "snp-report-signature snp-report-version snp-revocation snp-signing-key snp-tcb-committed snp-tcb-consistent",
    "snp-tcb-bootloader snp-tcb-microcode snp-tcb-snp snp-tcb-tee snp-tee snp-vmpl",
  ],
  tdx: [
    "tdx-attributes tdx-chain tdx-debug tdx-migratable tdx-module tdx-mr-seam tdx-mrconfigid tdx-mrtd tdx-owner tdx-pck",
    "tdx-pck-revocation tdx-qe-identity tdx-qe-version tdx-quote tdx-report-data tdx-root-revocation tdx-rtmr1 tdx-rtmr2",
    "tdx-sept-ve tdx-service-td tdx-signature tdx-tcb-info tdx-tcb-signer tdx-tcb-status tdx-xfam",
  ],
  gpu: [
    "gpu-architecture gpu-chain gpu-count gpu-debug gpu-distinct gpu-driver gpu-driver-manifest gpu-firmware-id",
    "gpu-manifest-revocation gpu-measurements gpu-mode gpu-model gpu-nonce gpu-report gpu-report-signature gpu-revocation",
    "gpu-vbios gpu-vbios-manifest",
  ],
};

it.each([
  ["snp", () => snp],
  ["tdx", () => tdx],
] as const)("a guest on %s is examined by every check, each with a finding of its own", async (tee, scene) => {
  const checks = checksOf(await judged(scene()));
  const words = (lines: readonly string[]) => lines.join(" ").split(" ").sort();
  expect(checks.filter((check) => check.startsWith(`${tee}-`)).sort()).toEqual(words(made[tee]));
  expect(checks.filter((check) => check.startsWith("gpu-")).sort()).toEqual(words(made.gpu));
});
