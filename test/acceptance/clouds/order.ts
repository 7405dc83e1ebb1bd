import { expect } from "vitest";
import type { Graph, Resource } from "./graph";

/** Checks the order that Azure demands of what there is, and says how much that was. */
export function azureOrder(graph: Graph): number {
  let checked = 0;
  const before = (first: Resource, then: Resource) => {
    expect(graph.isBefore(first, then), `${first.urn} before ${then.urn}`).toBe(true);
    expect(graph.isBefore(then, first), `${then.urn} not before ${first.urn}`).toBe(false);
    checked++;
  };
  const [keys, sets, policies, machines] = [
    "keyvault:Key",
    "compute:DiskEncryptionSet",
    "keyvault:AccessPolicy",
    "compute:VirtualMachine",
  ].map((type) => graph.ofType(`azure-native:${type}`)) as [Resource[], Resource[], Resource[], Resource[]];
  for (const set of sets) {
    for (const key of keys) before(key, set);
    const { keyUrl } = set.inputs?.activeKey as { keyUrl: string };
    // The versioned address: with another one the first rotation fails.
    expect(keyUrl).toMatch(/^https:\/\/[\w-]+\.vault\.azure\.net\/keys\/[\w-]+\/[0-9a-f]{32}$/);
    const principal = (set.outputs?.identity as { principalId: string }).principalId;
    const own = policies.filter(({ inputs }) => (inputs?.policy as { objectId: string }).objectId === principal);
    expect(own.length, "the set's own identity is let in").toBe(1);
    for (const machine of machines) before(set, machine);
  }
  // Read when a machine starts: a grant that comes late is one too late. The orchestrator's is beside the set's own.
  if (sets.length > 0 && machines.length > 0) expect(policies.length).toBeGreaterThanOrEqual(2);
  for (const grant of policies) for (const machine of machines) before(grant, machine);
  for (const cluster of graph.ofType("azure-native:containerservice:ManagedCluster")) {
    for (const grant of graph.ofType("azure-native:authorization:RoleAssignment")) before(grant, cluster);
    for (const pool of graph.ofType("azure-native:containerservice:AgentPool")) before(cluster, pool);
  }
  const vaults = graph.ofType("azure-native:keyvault:Vault");
  for (const key of keys) for (const vault of vaults) before(vault, key);
  return checked;
}

const agent = /^serviceAccount:service-\d+@(compute-system|container-engine-robot)\.iam\.gserviceaccount\.com$/;

/** As above, for Google Cloud. */
export function gcpOrder(graph: Graph): number {
  let checked = 0;
  const before = (first: Resource, then: Resource) => {
    expect(graph.isBefore(first, then), `${first.urn} before ${then.urn}`).toBe(true);
    expect(graph.isBefore(then, first), `${then.urn} not before ${first.urn}`).toBe(false);
    checked++;
  };
  const of = (type: string) => graph.ofType(`gcp:${type}`);
  const grants = of("kms/cryptoKeyIAMMember:CryptoKeyIAMMember");
  const nodes = [
    ...of("compute/instance:Instance"),
    ...of("compute/instanceTemplate:InstanceTemplate"),
    ...of("container/nodePool:NodePool"),
    ...of("container/cluster:Cluster"),
  ];
  const agents = grants.filter(({ inputs }) => agent.test(String(inputs?.member)));
  for (const node of nodes) {
    const text = JSON.stringify(node.inputs);
    const own = agents.filter(({ inputs }) => text.includes(`"${String(inputs?.cryptoKeyId)}"`));
    // Google's own agent opens the disk: without its grant no machine starts.
    if (text.includes("/cryptoKeys/")) expect(own.length, `grants before ${node.urn}`).toBeGreaterThan(0);
    for (const grant of own) before(grant, node);
  }
  for (const grant of grants.filter((each) => !agents.includes(each))) {
    // A project's id in its place is a principal that nobody ever has.
    expect(grant.inputs?.member).toMatch(
      /^principalSet:\/\/iam\.googleapis\.com\/projects\/\d+\/locations\/global\/workloadIdentityPools\/[\w-]+\/attribute\.\w+\/.+$/,
    );
    for (const provider of of("iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"))
      if (String(grant.inputs?.member).includes(`/${String(provider.inputs?.workloadIdentityPoolId)}/`))
        before(provider, grant);
  }
  for (const provider of of("iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"))
    for (const pool of of("iam/workloadIdentityPool:WorkloadIdentityPool"))
      if (pool.inputs?.workloadIdentityPoolId === provider.inputs?.workloadIdentityPoolId) before(pool, provider);
  for (const cluster of of("container/cluster:Cluster"))
    for (const pool of of("container/nodePool:NodePool")) before(cluster, pool);
  for (const template of of("compute/instanceTemplate:InstanceTemplate"))
    for (const request of of("compute/resizeRequest:ResizeRequest")) before(template, request);
  return checked;
}
