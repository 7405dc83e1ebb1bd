import { beforeEach, describe, expect, it } from "vitest";
import { TenantNamespace } from "../../../components/cluster/tenantNamespace";
import { settled, valueOf } from "../../support/mocks";
import type { Recording } from "../../support/registrations";
import { childrenOf, named, recordRegistrations, refusal } from "../../support/registrations";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations();
});

const args = {
  namespace: "acme-models",
  deployer: "trustfoundry-deployer",
  keyBrokerCidrs: ["203.0.113.0/28"],
  registryCidrs: ["198.51.100.0/24"],
  quota: { gpus: 16, nvSwitches: 0, cpus: 384, memoryGib: 3072, pods: 16 },
  kubernetesVersion: "1.36",
};

describe("TenantNamespace", () => {
  it("makes a namespace and, once it is there, all that closes it", async () => {
    const tenant = new TenantNamespace("tenant", args);
    expect(await valueOf(tenant.namespaceName)).toBe("acme-models");
    await settled();
    const children = childrenOf(recording, "tenant");
    expect(children.map(({ type, name }) => `${type.replace("kubernetes:", "")} ${name}`).sort()).toEqual([
      "core/v1:LimitRange tenant-limits",
      "core/v1:Namespace tenant-namespace",
      "core/v1:ResourceQuota tenant-quota",
      "core/v1:ServiceAccountPatch tenant-default-account",
      "networking.k8s.io/v1:NetworkPolicy tenant-allow-dns",
      "networking.k8s.io/v1:NetworkPolicy tenant-allow-key-broker",
      "networking.k8s.io/v1:NetworkPolicy tenant-allow-registries",
      "networking.k8s.io/v1:NetworkPolicy tenant-deny-all",
      "rbac.authorization.k8s.io/v1:Role tenant-deployer",
      "rbac.authorization.k8s.io/v1:RoleBinding tenant-deployer",
    ]);
    for (const { name, dependencies } of children.filter(({ type }) => !type.endsWith(":Namespace")))
      expect(dependencies, name).toContain("tenant-namespace");
    expect(recording.finished).toContain(named(recording, "tenant").urn);
  });

  it("enforces the restricted pod standard of the cluster's own version", async () => {
    new TenantNamespace("tenant", args);
    await settled();
    expect(named(recording, "tenant-namespace").inputs).toMatchObject({
      metadata: {
        name: "acme-models",
        labels: {
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/enforce-version": "v1.36",
          "trustfoundry.dev/confidential": "true",
          "trustfoundry.dev/party": "modelOwner",
        },
      },
    });
  });

  it("opens no way to registries where none is named", async () => {
    new TenantNamespace("tenant", { ...args, registryCidrs: undefined });
    await settled();
    expect(childrenOf(recording, "tenant").map(({ name }) => name)).not.toContain("tenant-allow-registries");
  });

  it("opens a way to a verifier where guests ask one themselves, on 443 like every other", async () => {
    new TenantNamespace("tenant", { ...args, verifierCidrs: ["192.0.2.0/24"] });
    await settled();
    expect(named(recording, "tenant-allow-verifier").inputs).toMatchObject({
      spec: { egress: [{ to: [{ ipBlock: { cidr: "192.0.2.0/24" } }], ports: [{ port: 443, protocol: "TCP" }] }] },
    });
  });

  it("holds containers to what they ask for, so that the quota counts what guests are sized by", async () => {
    new TenantNamespace("tenant", args);
    await settled();
    expect(named(recording, "tenant-limits").inputs).toMatchObject({
      spec: { limits: [{ type: "Container", maxLimitRequestRatio: { cpu: "1", memory: "1" } }] },
    });
  });

  it("lets one user place releases, and takes credentials from pods that ask for none", async () => {
    new TenantNamespace("tenant", args);
    await settled();
    const binding = recording.resources.find(({ type }) => type.endsWith(":RoleBinding"));
    expect(binding?.inputs).toMatchObject({
      roleRef: { kind: "Role", name: "deployer" },
      subjects: [{ kind: "User", name: "trustfoundry-deployer" }],
    });
    expect(named(recording, "tenant-default-account").inputs).toMatchObject({
      metadata: { name: "default" },
      automountServiceAccountToken: false,
    });
  });

  it("lets that user read events, or not", async () => {
    new TenantNamespace("tenant", args);
    new TenantNamespace("large", { ...args, namespace: "large", deployerReadsEvents: false });
    await settled();
    expect(JSON.stringify(named(recording, "tenant-deployer").inputs)).toContain('"events"');
    expect(JSON.stringify(named(recording, "large-deployer").inputs)).not.toContain('"events"');
  });

  it("refuses a key broker that no guest could reach", () => {
    expect(refusal(() => new TenantNamespace("tenant", { ...args, keyBrokerCidrs: [] }))).toBe(
      "keyBrokerCidrs is empty: guests could not reach the key broker; name its address ranges",
    );
  });
});
