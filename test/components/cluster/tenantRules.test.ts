import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isConfidential } from "../../../components/host/profile";
import {
  allowDns,
  allowHttps,
  deployerRules,
  quotaLimits,
  quotaOfHosts,
  quotaOfNodes,
} from "../../../components/cluster/tenantRules";
import { sampleFactory } from "../../support/factory";
import { anyHost, sampleHost } from "../../support/hosts";

describe("a tenant's quota", () => {
  it("counts confidential hosts alone, and leaves room for as much again to wait", () => {
    const hosts = [sampleHost(), sampleHost({ name: "plain", teeEnabled: false, ccMode: "off" })];
    expect(quotaLimits(quotaOfHosts(hosts))).toEqual({
      "requests.nvidia.com/gpu": "0",
      "requests.nvidia.com/pgpu": "16",
      "requests.nvidia.com/nvswitch": "0",
      "requests.cpu": "384",
      "requests.memory": "3072Gi",
      pods: "16",
      "services.loadbalancers": "0",
      "services.nodeports": "0",
    });
  });

  it("never lets hosts run empty for want of quota, and grants nothing where no host is confidential", () => {
    fc.assert(
      fc.property(fc.array(anyHost, { maxLength: 8 }), (hosts) => {
        const quota = quotaOfHosts(hosts);
        const confidential = hosts.filter(isConfidential);
        expect(quota.pods).toBeGreaterThanOrEqual(confidential.reduce((sum, { gpu }) => sum + gpu.count, 0));
        expect(quota.cpus).toBeGreaterThanOrEqual(confidential.reduce((sum, { cpus }) => sum + cpus, 0));
        expect(quota.gpus).toBeGreaterThanOrEqual(confidential.reduce((sum, { gpu }) => sum + gpu.count, 0));
        if (confidential.length === 0)
          expect(quota).toEqual({ gpus: 0, nvSwitches: 0, cpus: 0, memoryGib: 0, pods: 0 });
      }),
    );
  });

  it("lets every pod of the sample factory be made, so that the scheduler says which cannot be placed", () => {
    const { models, providers } = sampleFactory();
    const quota = quotaOfHosts(providers[0]?.hosts ?? []);
    expect(models.some(({ gpu }) => gpu.count > Math.max(...(providers[0]?.hosts ?? []).map((h) => h.gpu.count)))).toBe(
      true,
    );
    // What a pod counts for: its requests and the runtime class's overhead, 1 CPU and 10 GiB.
    const sum = (amount: (model: (typeof models)[number]) => number) =>
      models.reduce((total, model) => total + model.replicas * amount(model), 0);
    expect(sum(() => 1)).toBeLessThanOrEqual(quota.pods);
    expect(sum(({ cpus }) => cpus + 1)).toBeLessThanOrEqual(quota.cpus);
    expect(sum(({ memoryGib }) => memoryGib + 10)).toBeLessThanOrEqual(quota.memoryGib);
    expect(sum(({ gpu }) => gpu.count)).toBeLessThanOrEqual(quota.gpus);
  });

  it("has room for the NVSwitches of boards that give them to guests, and of no others", () => {
    const board = { gpu: { model: "H200", count: 8 }, ccMode: "ppcie" } as const;
    expect(quotaOfHosts([sampleHost(board), sampleHost()]).nvSwitches).toBe(8);
  });

  it("of a cloud's nodes counts GPUs that have a driver there, and grants none that are passed through", () => {
    const quota = quotaOfNodes([
      { count: 2, cpus: 40, memoryGib: 320 },
      { count: 1, cpus: 26, memoryGib: 234 },
    ]);
    expect(quota).toEqual({ gpus: 6, nvSwitches: 0, cpus: 212, memoryGib: 1748, pods: 6 });
    expect(quotaLimits(quota, "onNode")).toMatchObject({
      "requests.nvidia.com/gpu": "6",
      "requests.nvidia.com/pgpu": "0",
      "requests.nvidia.com/nvswitch": "0",
    });
  });

  it("bounds devices for a tenant that shares the hosts", () => {
    expect(quotaLimits({ gpus: 8, nvSwitches: 0, cpus: 1, memoryGib: 1, pods: 1 })).toMatchObject({
      "requests.nvidia.com/pgpu": "8",
      "requests.nvidia.com/nvswitch": "0",
    });
  });
});

describe("who may place releases", () => {
  const granted = deployerRules().flatMap(({ apiGroups, resources, verbs }) =>
    (resources as string[]).map((resource) => ({ resource, groups: apiGroups as string[], verbs: verbs as string[] })),
  );

  it("may place what a release consists of", () => {
    const writable = granted.filter(({ verbs }) => verbs.includes("create")).map(({ resource }) => resource);
    expect(writable.sort()).toEqual([
      "deployments",
      "networkpolicies",
      "poddisruptionbudgets",
      "serviceaccounts",
      "services",
      "statefulsets",
    ]);
  });

  it("may read events, unless it is told not to, and the rest of its rights stay", () => {
    expect(granted.map(({ resource }) => resource)).toContain("events");
    const others = deployerRules().map((rule) => ({
      ...rule,
      resources: (rule.resources as string[]).filter((resource) => resource !== "events"),
    }));
    expect(deployerRules(false)).toEqual(others);
  });

  it("gets neither Secrets nor a way into a pod, nor rights to hand out", () => {
    const all = granted.map(({ resource }) => resource);
    for (const forbidden of ["secrets", "configmaps", "roles", "rolebindings", "*", "jobs", "nodes"])
      expect(all).not.toContain(forbidden);
    expect(all.filter((resource) => resource.includes("/"))).toEqual([]);
    for (const { groups, verbs } of granted)
      for (const word of [...groups, ...verbs]) expect(["*", "escalate", "bind", "impersonate"]).not.toContain(word);
  });
});

describe("a tenant's network", () => {
  it("gives no rule for no ranges, since an empty list of peers would mean everybody", () => {
    expect(allowHttps([])).toBeUndefined();
  });

  it("reaches ranges on 443 only, in whatever order they are written", () => {
    const rule = allowHttps(["203.0.113.0/28", "198.51.100.0/24"]);
    expect(rule).toEqual(allowHttps(["198.51.100.0/24", "203.0.113.0/28"]));
    expect(rule).toEqual({
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [{ ipBlock: { cidr: "198.51.100.0/24" } }, { ipBlock: { cidr: "203.0.113.0/28" } }],
          ports: [{ port: 443, protocol: "TCP" }],
        },
      ],
    });
  });

  it("asks the cluster's own DNS and no other", () => {
    const [rule] = allowDns("kubernetes").egress as { to: unknown[]; ports: { port: number }[] }[];
    expect(rule?.ports.map(({ port }) => port)).toEqual([53, 53]);
    expect(rule?.to).toEqual([
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ]);
  });
});
