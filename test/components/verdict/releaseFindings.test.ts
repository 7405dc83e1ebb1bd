import { describe, expect, it } from "vitest";
import { lockdownPolicy } from "../../../components/guest/agentPolicy";
import { initDataDigest } from "../../../components/guest/initData";
import { encodeInitData } from "../../../components/guest/initDataAnnotation";
import { sha256 } from "../../../components/names";
import { renderToml } from "../../../components/toml";
import type { Finding } from "../../../components/verdict/finding";
import { derivedFindings, releaseFindings } from "../../../components/verdict/releaseFindings";
import type { Release } from "../../../components/workload/release";
import { guestMeasurement } from "../../../components/workload/guestMeasurement";
import { simulatedGuestImage } from "../../../components/guest/measurement/simulatedGuestImage";
import { sampleRelease, tdxParts } from "../../support/release";

/** All that hardware shows of a guest of a release. */
const premises: readonly Finding[] = (["guest-rules-bound", "guest-booted-as-released"] as const).map((claim) => ({
  check: claim,
  claim,
  of: "cpu0",
  grade: "verified",
  says: "as it is",
}));

function carrying(rego: string, changes: Partial<Release> = {}): Release {
  const toml = renderToml({ version: "0.1.0", algorithm: "sha256", data: { "policy.rego": rego } });
  return sampleRelease({
    agentPolicy: { origin: "trustfoundry", digest: sha256(rego), openings: [] },
    initData: { annotation: encodeInitData(toml), digest: initDataDigest(toml) },
    ...changes,
  });
}

const derived = (release: Release, route = premises) =>
  derivedFindings({ release, digest: "d".repeat(64), signedBy: [], warnings: [] }, [], route);
const graded = (release: Release) =>
  derived(release).map(({ claim, grade, by }) => [claim, grade, ...(by === undefined ? [] : [by])].join(" "));

const { image, user } = sampleRelease();
const program = { command: ["/bin/serve"], simulated: false, measuredBy: "computed" } as const;
const bound = lockdownPolicy({ image, user, command: ["/bin/serve"], passthroughDevices: 1 }).rego;

const owners = ["image-as-released asserted acme-models", "host-kept-out asserted acme-models"];

describe("what a release says of its agent policy", () => {
  it("is verified where the init-data carries the policy that is made for it here", () => {
    expect(graded(sampleRelease())).toEqual(["image-as-released verified", "host-kept-out verified"]);
    expect(graded(carrying(bound, { ...program, command: ["/bin/serve"] }))).toEqual([
      "image-as-released verified",
      "host-kept-out verified",
    ]);
  });

  it.each<[string, Release]>([
    ["is one of the owner's own making", carrying("package agent_policy\ndefault ExecProcessRequest := true\n")],
    ["has a line more than ours", carrying(`${bound}\nallow_all := true\n`, { command: ["/bin/serve"] })],
    ["is for another image", sampleRelease({ image: { ...image, digest: `sha256:${"b".repeat(64)}` } })],
    ["is for another user", sampleRelease({ user: { uid: 7, gid: 7 } })],
    ["is for another program", carrying(bound, { command: ["/bin/other"] })],
    ["lets in another number of devices", sampleRelease({ gpu: { model: "H100", count: 8, nvSwitches: 4 } })],
    [
      "is said to be genpolicy's",
      carrying(bound, { agentPolicy: { origin: "genpolicy", digest: sha256(bound), openings: [] } }),
    ],
    ["cannot be read", sampleRelease({ initData: { annotation: "AAAA", digest: "d".repeat(64) } })],
  ])("is the owner's word where that policy %s", (_, release) => {
    expect(graded(release)).toEqual(owners);
    expect(derived(release)[0]?.says).toContain("the owner's word");
  });

  it("fails where the release opens something, or binds no program", () => {
    const open = carrying(bound, { agentPolicy: { origin: "genpolicy", digest: sha256(bound), openings: ["exec"] } });
    const any = sampleRelease({ simulated: false, measuredBy: "computed" });
    for (const release of [open, any]) expect(graded(release)[1]).toBe("host-kept-out failed");
    expect(derived(any)[1]?.says).toContain("names no command");
  });

  it("is worth no more than what shows that it is in force", () => {
    const weaker = premises.map((finding) => ({ ...finding, grade: "notChecked" as const }));
    expect(derived(sampleRelease(), weaker).map(({ grade }) => grade)).toEqual(["notChecked", "notChecked"]);
    expect(derived(sampleRelease(), premises.slice(1))).toEqual([]);
  });
});

describe("what a release says that its guest measures", () => {
  const image = { ...simulatedGuestImage("4.0.0"), simulated: false };
  const measuredOf = (tee: "snp" | "tdx", vcpus: number) =>
    guestMeasurement({ model: { tee }, vcpus, kata: image.kata, guestImage: image, simulated: false });
  const real = (tee: "snp" | "tdx", changes: Partial<Release> = {}) => {
    const release = sampleRelease({ ...(tee === "tdx" && tdxParts), simulated: false, ...changes });
    return { ...release, ...measuredOf(tee, release.shape.vcpus), ...changes };
  };
  const finding = (release: Release, own?: typeof image) =>
    releaseFindings({ release, digest: "d".repeat(64), signedBy: [], warnings: [] }, own).find(
      ({ check }) => check === "release-measured-by",
    );
  const derivedOf = (release: Release, own?: typeof image) =>
    derivedFindings(
      { release, digest: "d".repeat(64), signedBy: [], warnings: [] },
      releaseFindings({ release, digest: "d".repeat(64), signedBy: [], warnings: [] }, own),
      premises,
    );

  it.each(["snp", "tdx"] as const)(
    "is the owner's word on %s, computed or declared, and so is what rests on it",
    (tee) => {
      for (const measuredBy of ["computed", "declared"] as const)
        expect(finding(real(tee, { measuredBy }))).toMatchObject({ grade: "asserted", by: "acme-models" });
      expect(derivedOf(real(tee))[0]).toMatchObject({ grade: "asserted", by: "acme-models" });
    },
  );

  it.each(["snp", "tdx"] as const)("is verified on %s by a description of the reader's own", (tee) => {
    expect(finding(real(tee), image)).toMatchObject({ grade: "verified" });
    expect(derivedOf(real(tee), image)[0]).toMatchObject({ grade: "verified" });
  });

  it.each<[string, Release, typeof image]>([
    ["another image", real("snp"), { ...simulatedGuestImage("4.1.0"), simulated: false }],
    [
      "another number of vCPUs",
      real("snp", { shape: { cpus: 16, memoryGib: 48, vcpus: 5 }, launch: measuredOf("snp", 17).launch }),
      image,
    ],
    ["another measurement", real("snp", { launch: { snp: { measurement: "e".repeat(96) } } }), image],
    ["an image that was made up for a rehearsal", real("snp"), { ...image, simulated: true }],
  ])("fails for %s", (_, release, own) => {
    expect(finding(release, own)).toMatchObject({ grade: "failed" });
  });

  it("is not asked of a rehearsal's release", () => {
    expect(finding(sampleRelease())).toBeUndefined();
  });
});
