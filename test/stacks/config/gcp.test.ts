import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../stacks/config/errors";
import { parseAs } from "../../../stacks/config/load";
import { withValue } from "../../support/factory";
import type { GcpSample } from "../../support/gcp";
import { gcpConfig, gcpSections } from "../../support/gcp";

/** What the schema has against a change at a path below the provider's gcp section. */
function problems(sample: GcpSample, path: readonly (string | number)[], value: unknown): readonly string[] {
  const sections = withValue(gcpSections(sample), ["providers", 0, "gcp", ...path], value);
  try {
    parseAs("infrastructure", sections);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe("the samples", () => {
  it("start from zero nodes, with disks under a key of the project's own", () => {
    const { gcp, isolationUnit } = gcpConfig("gcp-gke");
    expect(isolationUnit).toBe("node");
    expect(gcp.nodePools.map(({ minCount }) => minCount)).toEqual([0]);
    expect(gcp.diskKey).toEqual({ kind: "kms" });
    expect(gcp.restrictToConfidential).toBe(true);
  });

  it("name the image that Confidential Space boots, and none that moves", () => {
    const [space] = gcpConfig("gcp-confidential-space").gcp.confidentialSpaces;
    expect(space?.baseImage).toMatch(/\/images\/confidential-space-\d+$/);
  });
});

describe("defaults", () => {
  it("protect the cluster, scale to zero, and have the owner install the driver", () => {
    const { gcp } = gcpConfig("gcp-gke", {
      cluster: { version: "1.34.1-gke.2909000", adminCidrs: ["10.200.0.0/24"] },
      nodePools: [{ name: "h100", zones: ["us-central1-a"] }],
    });
    expect(gcp.cluster).toEqual({
      name: "confidential",
      version: "1.34.1-gke.2909000",
      controlPlaneCidr: "172.16.0.0/28",
      adminCidrs: ["10.200.0.0/24"],
      systemMachineType: "n2d-standard-4",
      systemCount: 1,
      deletionProtection: true,
    });
    expect(gcp.nodePools).toEqual([
      {
        name: "h100",
        machineType: "a3-highgpu-1g",
        zones: ["us-central1-a"],
        minCount: 0,
        maxCount: 1,
        provisioning: { kind: "spot", onPreemption: "STOP" },
        gpuDriver: "daemonSet",
      },
    ]);
  });
});

const [pool, space] = [
  ["nodePools", 0],
  ["confidentialSpaces", 0],
];

describe("one thing wrong gives one sentence with path, value and remedy", () => {
  it.each([
    [
      "the project's id for its number",
      "gcp-gke",
      ["projectNumber"],
      "made-up-factory",
      /projectNumber: "made-up-factory" is not right; write the project's number/,
    ],
    [
      "a network too small",
      "gcp-gke",
      ["network"],
      { cidr: "10.42.0.0/24" },
      /network\.cidr: "10.42.0.0\/24" is no range of \/16 to \/20; write/,
    ],
    [
      "a network with bits beyond its prefix",
      "gcp-gke",
      ["network"],
      { cidr: "10.42.1.0/16" },
      /network\.cidr: .*write one such as/,
    ],
    [
      "administrators everywhere",
      "gcp-gke",
      ["cluster", "adminCidrs"],
      ["0.0.0.0/0"],
      /cluster\.adminCidrs\[0\]: "0.0.0.0\/0" is everybody, or as good as that; write the ranges/,
    ],
    [
      "administrators everywhere, in two halves",
      "gcp-gke",
      ["cluster", "adminCidrs"],
      ["10.0.0.0/8", "128.0.0.0/1"],
      /cluster\.adminCidrs\[1\]: "128.0.0.0\/1" is everybody, or as good as that; write the ranges/,
    ],
    [
      "half a version",
      "gcp-gke",
      ["cluster", "version"],
      "1.34",
      /cluster\.version: "1.34" is not right; write a full version such as/,
    ],
    [
      "a pool that the cluster has itself",
      "gcp-gke",
      [...pool!, "name"],
      "system",
      /nodePools\[0\]\.name: "system" is the name of the cluster's own pool/,
    ],
    [
      "fewest nodes above most",
      "gcp-gke",
      [...pool!, "minCount"],
      5,
      /nodePools\[0\]\.minCount: 5 is more than maxCount, 2/,
    ],
    [
      "more nodes than addresses",
      "gcp-gke",
      [...pool!, "maxCount"],
      300,
      /network\.cidr: .*pods of 256 nodes, and all pools together have up to 301/,
    ],
    [
      "sharing of a GPU",
      "gcp-gke",
      [...pool!, "gpuSharing"],
      "TIME_SHARING",
      /nodePools\[0\]\.gpuSharing: no such setting; remove it/,
    ],
    [
      "Flex-start nodes that wait",
      "gcp-gke",
      pool!,
      { name: "h100", zones: ["us-central1-a"], minCount: 1, provisioning: { kind: "flexStart", maxRunSeconds: 3600 } },
      /minCount: 1 is more than 0, and Flex-start has no nodes that wait/,
    ],
    [
      "Flex-start without end",
      "gcp-gke",
      [...pool!, "provisioning"],
      { kind: "flexStart" },
      /provisioning\.maxRunSeconds: missing; add longest run/,
    ],
    ["pools without a cluster", "gcp-gke", ["cluster"], undefined, /gcp\.cluster: is missing, and nodePools need one/],
    [
      "a cluster of elsewhere",
      "gcp-gke",
      ["cluster"],
      { existing: "theirs", location: "us-east5-a" },
      /cluster\.location: "us-east5-a" is neither us-central1 nor a zone of it; write/,
    ],
    [
      "a cluster for nothing",
      "gcp-confidential-space",
      ["cluster"],
      { version: "1.34.1-gke.2909000", adminCidrs: ["10.200.0.0/24"] },
      /gcp\.nodePools: .*the cluster is for nothing else/,
    ],
    ["nothing at all", "gcp-confidential-space", ["confidentialSpaces"], [], /write at least one of them/],
    [
      "a container by tag",
      "gcp-confidential-space",
      [...space!, "image"],
      "docker.io/acme/llama:1",
      /confidentialSpaces\[0\]\.image: .*write a full image reference by digest/,
    ],
    [
      "the debug image",
      "gcp-confidential-space",
      [...space!, "baseImage"],
      "projects/confidential-space-images/global/images/family/confidential-space-debug",
      /baseImage: .*debug and preview images let people in/,
    ],
    ["a disk too small", "gcp-confidential-space", [...space!, "bootDiskGib"], 10, /bootDiskGib: 10 is not right/],
    [
      "one name for two machines",
      "gcp-confidential-space",
      ["machines"],
      [{ name: "llama-8b", zone: "europe-west4-c", image: "projects/a/global/images/b" }],
      /confidentialSpaces\[0\]\.name: "llama-8b" is a machine's name as well/,
    ],
    [
      "a family for an image",
      "gcp-confidential-space",
      ["machines"],
      [{ name: "bench", zone: "europe-west4-c", image: "projects/a/global/images/family/b" }],
      /machines\[0\]\.image: .*no family/,
    ],
  ] as [string, GcpSample, (string | number)[], unknown, RegExp][])("%s", (_what, sample, path, value, says) => {
    const found = problems(sample, path, value);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^trustfoundry:providers\[0\]\.gcp/);
    expect(found[0]).toMatch(says);
  });
});

it("takes pods for the isolation unit of no cloud", () => {
  expect(() => parseAs("infrastructure", { ...gcpSections("gcp-gke"), isolationUnit: "pod" })).toThrow(
    /isolationUnit: "pod" is not what a cloud isolates.*write node/,
  );
});
