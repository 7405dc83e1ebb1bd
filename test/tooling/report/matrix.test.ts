import { describe, expect, it } from "vitest";
import { claims } from "../../../components/verdict/claims";
import { places } from "../../../components/verdict/isolation";
import { modelArtifactSchema } from "../../../components/images/modelArtifact";
import { servingKeyOf } from "../../../components/images/servingKey";
import { generateKeyPairSync } from "node:crypto";
import type { Release } from "../../../components/workload/release";
import { factsOf } from "../../../tooling/report/facts";
import { subjectsOf } from "../../../tooling/report/pillars";
import { controlIds, controlOf } from "../../../tooling/report/threats/controls";
import type { Cell } from "../../../tooling/report/threats/matrix";
import { cellOf, matrixOf } from "../../../tooling/report/threats/matrix";
import type { Adversary, Asset } from "../../../tooling/report/threats/ways";
import { adversaryNames, assetNames, waysOf } from "../../../tooling/report/threats/ways";
import { sampleRelease } from "../../support/release";
import type { SampleReading } from "../../support/reportReading";
import { sampleReading } from "../../support/reportReading";

const pairs = adversaryNames.flatMap((adversary) => assetNames.map((asset) => ({ adversary, asset })));

/** Everything that a release can bring along: sealed weights, an encrypted image, a serving key. */
function sealedRelease(): Release {
  const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
    type: "spki",
    format: "pem",
  }) as string;
  const artifact = modelArtifactSchema.parse({
    kind: "encryptedObject",
    key: "kbs:///acme/model-key/llama-8b",
    digest: `sha256:${"1".repeat(64)}`,
    sizeBytes: 1,
    sealedDigest: `sha256:${"2".repeat(64)}`,
    sealedSizeBytes: 2,
    guestPath: "/models/llama-8b",
    url: "https://objects.example/llama-8b.age",
    content: "tar",
  });
  const { image } = sampleRelease();
  return sampleRelease({
    artifact,
    image: { ...image, encryptionKey: "acme/image-key/llama-8b" },
    servingKey: servingKeyOf(pem, "acme/serving-key/llama-8b"),
    resources: ["acme/image-key/llama-8b", "acme/model-key/llama-8b", "acme/serving-key/llama-8b"],
  });
}

function cells(reading: SampleReading): (adversary: Adversary, asset: Asset) => Cell {
  const [subject] = subjectsOf(factsOf(sampleReading(reading)));
  if (!subject) throw new Error("no place was read");
  return (adversary, asset) => cellOf(adversary, asset, subject);
}

describe("the matrix of adversaries and assets", () => {
  it.each(places)("answers every pair at %s, and ties each way to claims and sources", (place) => {
    for (const { adversary, asset } of pairs)
      for (const keysAtCloud of [true, false])
        for (const servingKey of [true, false]) {
          const ways = waysOf(adversary, asset, { place, keysAtCloud, servingKey });
          if ("own" in ways || "nobody" in ways) {
            expect(Object.values(ways).join("").length).toBeGreaterThan(5);
            continue;
          }
          expect(ways.length).toBeGreaterThan(0);
          for (const way of ways) {
            const tied = "open" in way ? [way] : way.stoppedBy.map(controlOf);
            expect(tied.length).toBeGreaterThan(0);
            for (const { claims: ids, source } of tied) {
              expect(ids.length).toBeGreaterThan(0);
              for (const id of ids) expect(Object.keys(claims)).toContain(id);
              expect(source.text).not.toBe("");
            }
          }
        }
  });

  it("claims nothing of a factory that no control is deployed in", () => {
    const at = cells({ releases: [], pinned: [sampleRelease()], infrastructure: [] });
    for (const { adversary, asset } of pairs)
      for (const way of at(adversary, asset).ways)
        // The key broker and the signer policy are there; nothing is that belongs to a release or to the namespace.
        for (const id of way.by) expect(["keys-wrapped", "broker-closed", "data-owner-signs"]).toContain(id);
  });

  it("claims what the key broker holds guests to, and nothing else of a release", () => {
    const pinned = cells({});
    expect(pinned("hypervisor", "keys").outcome).toBe("stopped");
    const unpinned = cells({ pinned: [sampleRelease({ name: "another" })] });
    for (const adversary of ["hostOs", "hypervisor", "clusterAdmin", "infrastructureProvider"] as const)
      for (const { by } of unpinned(adversary, "keys").ways)
        expect(by.filter((id) => !["keys-wrapped", "broker-closed"].includes(id))).toEqual([]);
  });

  it("does not take a block of the same name with another measurement, init-data or number of GPUs for the release's", () => {
    const others: Partial<Release>[] = [
      { launch: { snp: { measurement: "d".repeat(96) } } },
      { initData: { annotation: "x", digest: "e".repeat(64) } },
      { gpu: { model: "H100", count: 2, nvSwitches: 0 } },
      { history: { sequence: 2, previous: "f".repeat(64) } },
    ];
    for (const change of others)
      expect(factsOf(sampleReading({ pinned: [sampleRelease(change)] })).releases[0]?.pinned).toBe(false);
    expect(factsOf(sampleReading()).releases[0]?.pinned).toBe(true);
  });

  it("leaves weights, prompts and images partly open where the release seals none of them", () => {
    const at = cells({});
    const open = (adversary: Adversary, asset: Asset) =>
      at(adversary, asset)
        .ways.filter(({ is }) => is === "open")
        .map(({ because }) => because);
    expect(open("hostOs", "weights")).toEqual(["the release names no sealed weights"]);
    expect(open("network", "prompts")).toEqual([expect.stringMatching(/^the release has no serving key; .*verify/)]);
    expect(open("network", "images")).toEqual(["the image is not encrypted"]);
    expect(at("network", "prompts").outcome).toBe("open");
    expect(at("hostOs", "weights").outcome).toBe("partly");
  });

  it("closes them with sealed weights, an encrypted image and a serving key; never to the model owner's own program", () => {
    const at = cells({ releases: [sealedRelease()] });
    for (const adversary of ["hostOs", "hypervisor", "clusterAdmin", "network", "infrastructureProvider"] as const)
      for (const asset of assetNames)
        expect([adversary, asset, at(adversary, asset).outcome]).toEqual([adversary, asset, "stopped"]);
    const prompts = at("modelOwner", "prompts");
    expect(prompts.outcome).toBe("partly");
    expect(prompts.ways.filter(({ is }) => is === "open").map(({ what }) => what)).toEqual([
      "through the program that answers",
      "answering with the serving key outside of any guest",
    ]);
  });

  it("says not known where the stack that would tell was not read", () => {
    const at = cells({ stacks: ["infrastructure", "workloads"] });
    expect(at("hostOs", "keys").outcome).toBe("unknown");
    expect(
      at("hostOs", "keys").ways.every(({ because }) => because?.startsWith("the model owner's stack was not read")),
    ).toBe(true);
  });

  it("does not count a control that a rule finds something against, even where an exception bears it", () => {
    const found = { rule: "init-data-pinned", resource: "trustee-resource-policy", path: "", message: "is not pinned" };
    const policies = { applied: [], undecided: [] };
    for (const changed of [
      { ...policies, findings: [{ ...found, level: "mandatory" as const }], borne: [] },
      { ...policies, findings: [], borne: [found] },
    ]) {
      const at = cells({ changes: { trust: { policies: changed } } });
      const agent = at("clusterAdmin", "keys").ways.find(({ what }) => what.startsWith("commands"));
      expect(agent).toMatchObject({
        is: "open",
        because: expect.stringContaining("init-data-pinned at trustee-resource-policy"),
      });
    }
  });

  it("counts nothing that is measured where the key broker's policy does not hold", () => {
    const found = { rule: "resource-policy-conditional", resource: "p", path: "", message: "allows all" };
    const policies = { applied: [], undecided: [], borne: [], findings: [{ ...found, level: "mandatory" as const }] };
    const at = cells({ changes: { trust: { policies } } });
    for (const asset of ["weights", "keys"] as const) expect(at("hypervisor", asset).outcome).toBe("open");
  });

  it("opens the keys to whoever operates the key store where key authority is cloud", () => {
    const [trust, ...rest] = sampleReading().stacks;
    if (!trust || trust.config.role !== "trust") throw new Error("no trust stack");
    const config = { ...trust.config, attestation: { ...trust.config.attestation, keyAuthority: "cloud" as const } };
    const facts = factsOf({ pack: "baseline", stacks: [{ ...trust, config }, ...rest] });
    const [subject] = subjectsOf(facts);
    if (!subject) throw new Error("no place");
    expect(cellOf("cloudProvider", "keys", subject).outcome).toBe("open");
    expect(cellOf("cloudProvider", "prompts", subject).outcome).toBe("nobody");
  });

  it("takes openings of the agent policy for what they are", () => {
    const { agentPolicy } = sampleRelease();
    const outcome = (opening: "exec" | "logs") =>
      cells({ releases: [sampleRelease({ agentPolicy: { ...agentPolicy, openings: [opening] } })] })(
        "clusterAdmin",
        "prompts",
      )
        .ways.filter(({ is }) => is === "open")
        .map(({ what }) => what);
    expect(outcome("exec")).toContain("commands and mounts through the guest's agent");
    expect(outcome("logs")).toContain("the container's output and input");
  });

  it("takes a stack that a preview could not see whole for one that was not read", () => {
    const at = cells({ changes: { trust: { refusals: ["catalog.lock has no digest"] } } });
    expect(at("hostOs", "keys").outcome).toBe("unknown");
  });

  it.each(["azureNode", "gcpNode"] as const)("lets whoever is inside of %s have everything that is there", (place) => {
    for (const adversary of ["clusterAdmin", "otherTenant", "infrastructureProvider"] as const)
      for (const asset of assetNames) {
        const ways = waysOf(adversary, asset, { place, keysAtCloud: false, servingKey: false });
        expect(Array.isArray(ways) && ways.every((way) => "open" in way)).toBe(true);
      }
  });

  it("uses every control somewhere", () => {
    const used = places.flatMap((place) =>
      pairs.flatMap(({ adversary, asset }) => {
        const ways = waysOf(adversary, asset, { place, keysAtCloud: true, servingKey: true });
        return Array.isArray(ways) ? ways.flatMap((way) => ("stoppedBy" in way ? way.stoppedBy : [])) : [];
      }),
    );
    expect(controlIds.filter((id) => !used.includes(id))).toEqual([]);
  });

  it("is whole: nine adversaries, four assets", () => {
    const [subject] = subjectsOf(factsOf(sampleReading()));
    if (!subject) throw new Error("no place");
    expect(matrixOf(subject).map(({ adversary, asset }) => ({ adversary, asset }))).toEqual(pairs);
  });
});
