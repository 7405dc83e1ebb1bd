import { isHint } from "../../../../components/host/fact";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AzurePoolRequest } from "../../../../components/host/azure/poolConstraints";
import {
  clusterDepartures,
  poolDepartures,
  systemPoolDepartures,
} from "../../../../components/host/azure/poolConstraints";
import { judge } from "../../../../components/host/departures";

const good: AzurePoolRequest = {
  size: "Standard_NCC40ads_H100_v5",
  region: "westeurope",
  kubernetesVersion: "1.34",
  osSku: "Ubuntu",
  osType: "Linux",
  gpuDriver: "None",
  driver: "580-6.8.0-1025-azure-fde",
  fips: false,
  trustedLaunch: false,
  autoProvisioning: false,
  spot: false,
};

it("has nothing against what Azure documents", () => {
  expect(poolDepartures(good)).toEqual([]);
});

describe("one departure each", () => {
  it.each<[string, "error" | "hint", string, Partial<AzurePoolRequest>]>([
    ["azure-size-confidential", "error", "size", { size: "Standard_NCC80ads_H100_v5" }],
    ["azure-size-confidential", "error", "size", { size: "Standard_DC4as_v5" }],
    ["azure-region-offered", "error", "region", { region: "eastus" }],
    ["azure-zones", "hint", "zones", { zones: ["1", "2"] }],
    ["azure-spot", "hint", "spot", { spot: true }],
    ["azure-pool-os", "error", "osType", { osType: "Windows" }],
    ["azure-pool-driver-os", "error", "osSku", { osSku: "AzureLinux" }],
    ["azure-pool-driver-os", "error", "osSku", { kubernetesVersion: "1.33.5" }],
    ["azure-pool-driver-os", "hint", "osSku", { kubernetesVersion: "1.39" }],
    ["azure-pool-os-name", "hint", "osSku", { osSku: "Ubuntu2404" }],
    ["azure-pool-driver-none", "error", "gpuDriver", { gpuDriver: "Install" }],
    ["azure-gpu-driver", "error", "driver", { driver: "550.90.07-signed-ubuntu22.04" }],
    ["azure-pool-plain", "error", "fips", { fips: true }],
    ["azure-pool-plain", "error", "trustedLaunch", { trustedLaunch: true }],
    ["azure-pool-plain", "error", "workloadRuntime", { workloadRuntime: "KataCcIsolation" }],
    ["azure-pool-plain", "error", "workloadRuntime", { workloadRuntime: "KataVmIsolation" }],
    ["azure-pool-plain", "error", "autoProvisioning", { autoProvisioning: true }],
    ["azure-one-gpu", "hint", "gpuInstanceProfile", { gpuInstanceProfile: "MIG1g" }],
  ])("%s is an %s at %s: %j", (constraint, kind, path, change) => {
    const found = poolDepartures({ ...good, ...change }, "nodePools[1]");
    expect(found.map((each) => [each.constraint, isHint(each.fact) ? "hint" : "error", each.path])).toEqual([
      [constraint, kind, path === "region" ? "region" : `nodePools[1].${path}`],
    ]);
    expect(found[0]?.message).toMatch(/write |leave /);
  });

  it("refuses systems that no confidential node has, and such without a signed driver", () => {
    for (const osSku of ["Ubuntu2204", "Flatcar", "CBLMariner"])
      expect(poolDepartures({ ...good, osSku }).map(({ constraint }) => constraint)).toEqual([
        "azure-pool-os",
        "azure-pool-driver-os",
      ]);
  });

  it("takes Ubuntu2404 from Kubernetes 1.32 on, where Ubuntu is older", () => {
    const [old] = judge(poolDepartures({ ...good, osSku: "Ubuntu", kubernetesVersion: "1.32" })).errors;
    expect(old).toContain("write Kubernetes 1.34 or later");
    const named = poolDepartures({ ...good, osSku: "Ubuntu2404", kubernetesVersion: "1.32" });
    expect(judge(named, ["azure-pool-os-name"])).toEqual({ errors: [], warnings: [] });
  });
});

describe("whatever is asked for", () => {
  const request: fc.Arbitrary<AzurePoolRequest> = fc.record({
    size: fc.constantFrom(
      "Standard_NCC40ads_H100_v5",
      "Standard_NCC80ads_H100_v5",
      "Standard_DC4as_v5",
      "Standard_ND96isr_H100_v5",
    ),
    region: fc.constantFrom("eastus2", "centralus", "westeurope", "northeurope", "uksouth"),
    kubernetesVersion: fc
      .tuple(fc.integer({ min: 30, max: 40 }), fc.constantFrom("", ".3"))
      .map(([minor, patch]) => `1.${minor}${patch}`),
    osSku: fc.constantFrom("Ubuntu", "Ubuntu2404", "Ubuntu2204", "AzureLinux"),
    osType: fc.constantFrom("Linux" as const, "Windows" as const),
    gpuDriver: fc.constantFrom("None" as const, "Install" as const),
    fips: fc.boolean(),
    trustedLaunch: fc.boolean(),
    spot: fc.boolean(),
  });

  /** Rows of the table about AKS, written down again: whether the pool's nodes come up and their GPUs can attest. */
  function comesUp(pool: AzurePoolRequest): boolean {
    const minor = Number(pool.kubernetesVersion.split(".")[1]);
    const first = { Ubuntu: 34, Ubuntu2404: 32 }[pool.osSku];
    return (
      pool.size === "Standard_NCC40ads_H100_v5" &&
      ["eastus2", "centralus", "westeurope"].includes(pool.region) &&
      first !== undefined &&
      minor >= first &&
      pool.osType === "Linux" &&
      pool.gpuDriver === "None" &&
      pool.fips !== true &&
      pool.trustedLaunch !== true
    );
  }

  it("is accepted if, and only if, it comes up; a refusal names path and remedy", () => {
    fc.assert(
      fc.property(request, (pool) => {
        const { errors } = judge(poolDepartures(pool, "nodePools[0]"));
        expect(errors.length === 0).toBe(comesUp(pool));
        for (const error of errors) expect(error).toMatch(/^(nodePools\[0\]\.\w+|region): .+; \S/);
      }),
      { numRuns: 2000 },
    );
    expect(fc.sample(request.filter(comesUp), { numRuns: 20, seed: 6 })).toHaveLength(20);
  });
});

describe("system pools", () => {
  it.each([
    ["Standard_DC4as_v5", "none"],
    ["Standard_EC96ias_v5", "none"],
    ["Standard_DC8as_v6", "none"],
    ["Standard_DC4es_v6", "error"],
    ["Standard_NCC40ads_H100_v5", "error"],
    ["Standard_D4s_v5", "error"],
    // Of a family that exists, and of a series that nothing lists.
    ["Standard_DC4ads_v7", "hint"],
  ])("of size %s: %s", (systemSize, expected) => {
    const kinds = systemPoolDepartures({ systemSize }, "cluster").map(({ path, fact }) => [
      path,
      isHint(fact) ? "hint" : "error",
    ]);
    expect(kinds).toEqual(expected === "none" ? [] : [["cluster.systemSize", expected]]);
  });
});

it("has one operating system in a cluster, since the GPU Operator serves one", () => {
  expect(clusterDepartures(["Ubuntu", "Ubuntu"])).toEqual([]);
  expect(judge(clusterDepartures(["Ubuntu", "Ubuntu2404"])).errors).toEqual([
    expect.stringMatching(/^nodePools\[1\]\.osSku: "Ubuntu2404" is another system .*; write Ubuntu \(/),
  ]);
});
