import { describe, expect, it } from "vitest";
import { broken } from "../../policies/breakage";
import {
  gcpCluster,
  gcpConditionClauses,
  gcpIdentityProvider,
  gcpImage,
  gcpKeyGrant,
  gcpMachine,
  gcpModelKey,
  gcpNodePool,
  gcpReservedMachine,
  gcpTemplate,
} from "../../policies/examples/gcp";
import { alternatives, conjuncts, equals } from "../../policies/gcpCondition";
import { writeEdits } from "../../policies/remediation";
import type { Resource } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { found, ruleOf } from "./support";

const withProps = (resource: Resource, props: Record<string, unknown>): Resource => ({
  ...resource,
  props: { ...resource.props, ...props },
});
const cloudRules = rules.filter(({ id, scope }) => id.startsWith("gcp-") && scope === "resource");

describe("node pools", () => {
  const poolRules = cloudRules.filter((rule) =>
    rule.breakages.some(({ resource = 0 }) => rule.compliant[resource]?.type === gcpNodePool.type),
  );

  it("are the same on their own, inside a cluster, and as its default pool", () => {
    expect(poolRules.length).toBeGreaterThan(7);
    for (const rule of poolRules)
      for (const breakage of rule.breakages) {
        const index = breakage.resource ?? 0;
        if (rule.compliant[index]?.type !== gcpNodePool.type) continue;
        const pool = broken(rule.compliant, breakage)[index] as Resource;
        const inside = { ...gcpCluster, props: { name: "factory", nodePools: [gcpNodePool.props, pool.props] } };
        const paths = [...new Set(found(rule.id, inside).map(([, path]) => path))];
        expect(paths, `${rule.id}: ${breakage.mistake}`).toEqual([`nodePools[1].${breakage.expect}`]);

        if (!breakage.expect.startsWith("nodeConfig")) continue;
        const byDefault = withProps(gcpCluster, { nodePools: [], nodeConfig: pool.props.nodeConfig });
        expect(found(rule.id, byDefault).map(([, path]) => path)).toContain(breakage.expect);
      }
  });

  it("without TEE and GPU are nobody's business", () => {
    const plain = withProps(gcpNodePool, { nodeConfig: { machineType: "e2-standard-4", spot: false } });
    for (const rule of cloudRules) expect(rule.evaluate([plain]).findings, rule.id).toEqual([]);
  });

  it("of a preview may be plain: what it has is not settled", () => {
    const blackwell = withProps(gcpNodePool, { nodeConfig: { machineType: "g4-standard-48" } });
    for (const rule of cloudRules) expect(rule.evaluate([blackwell]).findings, rule.id).toEqual([]);
  });
});

describe("machines", () => {
  it("may be named by their type's address", () => {
    const machineType = "projects/provider/zones/us-central1-a/machineTypes/a3-highgpu-1g";
    const plain = withProps(gcpMachine, { machineType, confidentialInstanceConfig: undefined });
    expect(found("gcp-gpu-confidential", plain)).toEqual([["model", "confidentialInstanceConfig"]]);
  });

  it("of plain SEV may be moved on processors that can", () => {
    const sev = {
      ...gcpReservedMachine,
      props: {
        machineType: "n2d-standard-8",
        confidentialInstanceConfig: { confidentialInstanceType: "SEV" },
        minCpuPlatform: "AMD Milan",
        scheduling: { onHostMaintenance: "MIGRATE" },
      },
    };
    expect(found("gcp-maintenance-terminate", sev)).toEqual([]);
    const rome = withProps(sev, { minCpuPlatform: "AMD Rome" });
    expect(found("gcp-maintenance-terminate", rome)).toEqual([["reserved", "scheduling.onHostMaintenance"]]);
    const snp = withProps(sev, { confidentialInstanceConfig: { confidentialInstanceType: "SEV_SNP" } });
    expect(found("gcp-maintenance-terminate", snp)).toEqual([["reserved", "scheduling.onHostMaintenance"]]);
  });

  it("are stopped for maintenance by pack remediate, in one edit", () => {
    const rule = ruleOf("gcp-maintenance-terminate");
    const nothing = { digestOf: () => undefined };
    for (const breakage of rule.breakages) {
      const before = broken(rule.compliant, breakage)[breakage.resource ?? 0] as Resource;
      const props = structuredClone(before.props) as Record<string, unknown>;
      expect(writeEdits(props, rule.remediate?.(before, nothing) ?? [])).toBe(true);
      expect(props).toEqual(rule.compliant[breakage.resource ?? 0]?.props);
    }
    expect([...(rule.remediate?.(gcpMachine, nothing) ?? [])]).toEqual([]);
  });

  it("boot from the disk of a template that is marked, or from the first", () => {
    const disks = [
      { boot: false, guestOsFeatures: ["GVNIC"] },
      { boot: true, guestOsFeatures: ["TDX_CAPABLE"] },
    ];
    expect(found("gcp-image-tdx-capable", withProps(gcpTemplate, { disks }))).toEqual([]);
    const other = withProps(gcpTemplate, { disks: disks.slice(0, 1) });
    expect(found("gcp-image-tdx-capable", other)).toEqual([["models", "disks[0].guestOsFeatures"]]);
  });

  it("are what makes an image's features matter", () => {
    const image = withProps(gcpImage, { guestOsFeatures: [{ type: "UEFI_COMPATIBLE" }] });
    expect(found("gcp-image-tdx-capable", image)).toEqual([]);
    expect(found("gcp-image-tdx-capable", image, gcpReservedMachine)).toEqual([["node-image", "guestOsFeatures"]]);
  });
});

describe("conditions", () => {
  it.each([
    ["a && b && c", ["a", "b", "c"]],
    ["(a && (b && c))", ["a", "b", "c"]],
    ["a && (b || c)", ["a", "b || c"]],
    ["a && b || c", ["a && b || c"]],
    ["a && b ? c : d", ["a && b ? c : d"]],
    ["a == '&& b' && c", ["a == '&& b'", "c"]],
    [`a == "it's && (" && c`, [`a == "it's && ("`, "c"]],
    ["x.exists(y, y == 1 && z) && c", ["x.exists(y, y == 1 && z)", "c"]],
    ["(a) && (b)", ["a", "b"]],
    ["!(a && b)", ["!(a && b)"]],
    ["", [""]],
  ])("%s cannot hold without %j", (condition, expected) => {
    expect(conjuncts(condition)).toEqual(expected);
  });

  it("compare either way around, in any spelling", () => {
    for (const clause of ["a.b=='ON'", '"ON" == a.b', "  a.b  ==  'ON' "])
      expect(equals(clause, "a.b", '"ON"')).toBe(true);
    for (const clause of ["a.b != 'ON'", "!(a.b == 'ON')", "a.b == 'ON '", "x.a.b == 'ON'"])
      expect(equals(clause, "a.b", '"ON"')).toBe(false);
  });

  it("have alternatives at their top only", () => {
    expect(alternatives("(a || b(c || d) || 'x || y')")).toEqual(["a", "b(c || d)", "'x || y'"]);
  });

  it("may be written over lines, in either kind of quotes, and for several images", () => {
    const images = ["b", "c"].map(
      (letter) => `assertion.submods.container.image_digest == "sha256:${letter.repeat(64)}"`,
    );
    const attributeCondition = [
      ...Object.values(gcpConditionClauses).map((clause) => clause.replace(/'/g, '"')),
      `(${images.join(" || ")})`,
    ].join("\n  && ");
    const written = withProps(gcpIdentityProvider, { attributeCondition, attributeMapping: undefined });
    for (const id of ["gcp-attestation-condition", "gcp-attestation-gpu"]) expect(found(id, written), id).toEqual([]);
  });

  it("of other issuers are theirs", () => {
    const oidc = { issuerUri: "https://token.actions.githubusercontent.com" };
    expect(ruleOf("gcp-attestation-condition").evaluate([withProps(gcpIdentityProvider, { oidc })]).applies).toBe(
      false,
    );
  });
});

describe("keys", () => {
  it.each([
    "gcp:kms/keyRingIAMMember:KeyRingIAMMember",
    "gcp:secretmanager/secretIamMember:SecretIamMember",
    "gcp:secretmanager/regionalSecretIamMember:RegionalSecretIamMember",
    "gcp:kms/ekmConnectionIamMember:EkmConnectionIamMember",
  ])("are not for everybody as %s either", (type) => {
    expect(found("gcp-keys-not-public", { ...gcpKeyGrant, type, props: { member: "allUsers" } })).toEqual([
      ["model-key-release", "member"],
    ]);
  });

  it("of buckets and services are others' business", () => {
    const type = "gcp:storage/bucketIAMMember:BucketIAMMember";
    expect(ruleOf("gcp-keys-not-public").evaluate([{ ...gcpKeyGrant, type }]).applies).toBe(false);
  });

  it("of a node's disk may lie beside the node", () => {
    const beside = withProps(gcpModelKey, { keyRing: "projects/provider/locations/us-central1/keyRings/disks" });
    expect(found("cloud-owner-keys", beside, gcpMachine)).toEqual([["model-key", "keyRing"]]);
    expect(found("cloud-owner-keys", beside, { ...gcpMachine, dependsOn: [beside.urn ?? ""] })).toEqual([]);
    expect(found("cloud-owner-keys", beside)).toEqual([]);
  });
});
