import { describe, expect, it } from "vitest";
import { keyAuthorities } from "../../../components/attestation/keyStore";
import { adversaries, isolationUnits, places } from "../../../components/verdict/isolation";
import { keyAuthorityOf, keyReleases, trusteeKeyAuthority } from "../../../components/verdict/keyAuthority";

const releases = places.flatMap((place) =>
  keyAuthorities.map((authority) => ({ place, authority, release: keyReleases[place][authority] })),
);
const texts = (value: unknown): string[] =>
  typeof value === "string"
    ? [value]
    : value !== null && typeof value === "object"
      ? Object.values(value).flatMap(texts)
      : [];

describe("who releases keys", () => {
  it("is never graded as verified by the owner where a cloud could release alone", () => {
    for (const { place, authority, release } of releases)
      if ("grade" in release)
        expect(release.grade === "verified by the owner", `${place}, ${authority}`).toBe(authority === "owner");
  });

  it("asks nothing about GPU or image of a node on Azure where Microsoft releases", () => {
    const release = keyReleases.azureNode.cloud;
    expect("gates" in release && release.gates).toMatchObject({ gpu: undefined, image: undefined });
    expect(keyAuthorityOf("azureNode", "cloud")).toEqual({
      who: "cloud",
      grade: "asserted by Microsoft",
      because: expect.stringContaining("no claim about the GPU") as string,
    });
  });

  it("asks for the image nowhere where the unit is a node: whatever the cluster starts there looks the same", () => {
    for (const { place, release } of releases)
      if (isolationUnits[place].unit === "node" && "gates" in release)
        expect([release.gates.image, release.gates.initData], place).toEqual([undefined, undefined]);
  });

  it("is not offered where Google has no token", () => {
    expect(keyAuthorityOf("gcpNode", "cloud")).toBeUndefined();
    expect(keyAuthorityOf("gcpSpace", "cloud")?.grade).toBe("asserted by Google");
  });

  it("is Intel's word where Intel compares the evidence of pods", () => {
    expect(trusteeKeyAuthority("owner", "coco").grade).toBe("verified by the owner");
    expect(trusteeKeyAuthority("owner", "intelTrustAuthority").grade).toBe("asserted by Intel");
    expect(trusteeKeyAuthority("owner", "coco", "azureNode").because).toContain("Azure's own firmware is trusted");
    // Whoever can read the store needs nobody's word.
    for (const service of ["coco", "intelTrustAuthority"] as const)
      for (const place of ["pod", "azureNode", "gcpNode"] as const)
        expect(trusteeKeyAuthority("cloud", service, place).grade).toBe("asserted by the key store's operator");
  });
});

describe("isolation units", () => {
  it("have kubelet, every pod and the cluster's administrators inside where the node is the TEE", () => {
    for (const place of ["azureNode", "gcpNode"] as const) {
      const unit = isolationUnits[place];
      expect(unit.unit).toBe("node");
      expect(unit.inside.join("; ")).toMatch(/every pod.*kubelet.*administrators/);
      for (const adversary of ["clusterAdmin", "nodeAdmin", "otherPods"] as const)
        expect(unit.against[adversary].stopped, `${place}, ${adversary}`).toBe("no");
      expect(unit.givesUp.length).toBeGreaterThan(3);
    }
  });

  it("stop every adversary only where pods are TEEs on bare metal", () => {
    for (const place of places) {
      const stopped = Object.keys(adversaries).every(
        (adversary) => isolationUnits[place].against[adversary as keyof typeof adversaries].stopped === "yes",
      );
      expect(stopped, place).toBe(place === "pod");
    }
  });

  it("say where and when everything was read, in words without a full stop", () => {
    for (const { facts } of [...Object.values(isolationUnits), ...releases.map(({ release }) => release)]) {
      expect(facts.length).toBeGreaterThan(0);
      for (const { asOf, source } of facts) {
        expect(asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
        expect(source).not.toBe("");
      }
    }
    for (const text of texts([isolationUnits, keyReleases])) expect(text).not.toMatch(/\.$|confidential container\b/i);
  });
});
