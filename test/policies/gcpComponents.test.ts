import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Resource } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { gcpConfig, plainMachine, recordedGcp } from "../support/gcp";
import type { GcpConfig } from "../support/gcp";
import { findingsOfAll, registeredResources } from "./support";

const spot = { kind: "spot", onPreemption: "DELETE" };
const flexStart = { kind: "flexStart", maxRunSeconds: 86_400 };
const reservation = { kind: "reservation", name: "h100s" };
const [space] = gcpConfig("gcp-confidential-space").gcp.confidentialSpaces;
const perimeter = { accessPolicy: "300000000003", dryRun: false };

/** Every way in which the components are put together, each a stack of its own. */
const stacks: Readonly<Record<string, () => GcpConfig>> = {
  "a cluster with a Spot pool": () => gcpConfig("gcp-gke", { perimeter }),
  "a cluster with a Flex-start pool and a reserved one": () =>
    gcpConfig("gcp-gke", {
      acknowledged: ["gcp-reserved-pool"],
      nodePools: [
        { name: "flex", zones: ["us-central1-a"], provisioning: flexStart },
        { name: "reserved", zones: ["us-central1-a"], provisioning: reservation },
      ],
    }),
  "a pool in a cluster that is there": () =>
    gcpConfig("gcp-gke", {
      diskKey: { kind: "google" },
      restrictToConfidential: false,
      cluster: { existing: "theirs", location: "us-central1", version: "1.34.1-gke.2909000" },
    }),
  "Confidential Space machines beside others": () =>
    gcpConfig("gcp-confidential-space", {
      confidentialSpaces: [
        space,
        { ...space, name: "flex", provisioning: flexStart },
        { ...space, name: "reserved", provisioning: reservation },
      ],
      machines: [
        { ...plainMachine, name: "spot", provisioning: spot },
        { ...plainMachine, name: "flexible", provisioning: flexStart },
        { ...plainMachine, name: "bound", provisioning: reservation },
      ],
    }),
};

describe.each(Object.keys(stacks))("components of Google Cloud: %s", (stack) => {
  let resources: readonly Resource[];

  beforeAll(async () => {
    vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    resources = registeredResources((await recordedGcp(stacks[stack]!())).recording);
  }, 60_000);

  it("pass every rule of the strict pack", () => {
    expect(findingsOfAll(resources)).toEqual([]);
  });
});

it("are looked at by every rule about Google's nodes and keys: passing is no accident", async () => {
  const all: Resource[] = [];
  for (const stack of Object.values(stacks)) all.push(...registeredResources((await recordedGcp(stack())).recording));
  const about = rules.filter(({ platforms }) => platforms.length === 1 && platforms[0] === "gcp");
  const idle = about.filter((rule) => !rule.evaluate(all).applies).map(({ id }) => id);
  // About the model owner's keys, which are in a program of their own.
  expect(idle.sort()).toEqual(["gcp-attestation-condition", "gcp-attestation-gpu"]);
}, 60_000);
