import { gpuResource, nvswitchResource, pgpuResource } from "../../../components/host/hardware";
import { tenantNamespace, tenantQuota } from "../../examples/tenant";
import { someKnown } from "../../evaluate";
import type { KubernetesObject } from "../../kubernetes";
import { declaredConfidential, objects } from "../../kubernetes";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

const namespaces = objects("v1/Namespace");
const quotas = objects("v1/ResourceQuota");

/**
 * What a tenant could take all of, each by the keys that bound it. GPUs are extended resources: requests alone. Both kinds,
 * since a cluster may have hosts that pass them through and hosts, or a cloud's nodes, that do not.
 */
const bounded: readonly (readonly string[])[] = [
  [`requests.${gpuResource}`],
  [`requests.${pgpuResource}`],
  [`requests.${nvswitchResource}`],
  ["requests.cpu", "cpu"],
  ["requests.memory", "memory"],
  ["pods", "count/pods"],
];

export const tenantQuotaSet = stackRule({
  id: "tenant-quota-set",
  title: "A quota bounds each tenant's GPUs, NVSwitches, CPUs, memory and pods",
  pillar: "cluster",
  severity: "medium",
  threat: "One tenant's rollout, or its endless retries, takes every GPU of the hosts, and other tenants' models wait.",
  remediation: `Add a ResourceQuota to the namespace with ${bounded.map(([key]) => key).join(", ")}.`,
  source: page("Kubernetes, Resource Quotas", "https://kubernetes.io/docs/concepts/policy/resource-quotas/"),
  platforms,
  claims: ["tenant-accepted"],
  protects: ["infrastructureProvider"],
  boundary: { by: "ownControlPlane", how: "the provider's API server counts what each namespace has asked for" },
  kinds: namespaces.kinds,
  *select(resource) {
    for (const namespace of namespaces.select(resource))
      if (!namespace.partial && declaredConfidential(namespace.body.at("metadata"))) yield namespace;
  },
  *check({ body }, all) {
    const name = body.at("metadata", "name");
    const open = bounded.filter((keys) => !someKnown(quotasOf(all), (quota) => bounds(quota, name.text, keys)));
    if (open.length > 0)
      yield name.finding(`has no ResourceQuota in this stack for ${open.map(([key]) => key).join(", ")}`);
  },
  compliant: [tenantNamespace, tenantQuota],
  breakages: [
    {
      mistake: "a quota without GPUs",
      resource: 1,
      path: `/spec/hard/requests.${pgpuResource.replace("/", "~1")}`,
      remove: true,
      expect: "metadata.name",
    },
    {
      mistake: "a quota without GPUs of a node's own",
      resource: 1,
      path: `/spec/hard/requests.${gpuResource.replace("/", "~1")}`,
      remove: true,
      expect: "metadata.name",
    },
    {
      mistake: "another namespace bounded",
      resource: 1,
      path: "/metadata/namespace",
      value: "other",
      expect: "metadata.name",
    },
    {
      mistake: "a quota for pods without a deadline alone",
      resource: 1,
      path: "/spec/scopes",
      value: ["Terminating"],
      expect: "metadata.name",
    },
    {
      mistake: "a quota for one priority class alone",
      resource: 1,
      path: "/spec/scopeSelector",
      value: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }] },
      expect: "metadata.name",
    },
  ],
});

function* quotasOf(all: readonly Resource[]): Iterable<KubernetesObject> {
  for (const resource of all) yield* quotas.select(resource);
}

/** Quotas with scopes count some pods only. */
function bounds({ body, partial }: KubernetesObject, namespace: string | undefined, keys: readonly string[]): boolean {
  const spec = body.at("spec");
  return (
    !partial &&
    namespace !== undefined &&
    body.at("metadata", "namespace").text === namespace &&
    spec.at("scopes").items().length === 0 &&
    spec.at("scopeSelector", "matchExpressions").items().length === 0 &&
    keys.some((key) => spec.at("hard", key).present)
  );
}
