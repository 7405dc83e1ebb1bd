import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../tokens";
import type { Party } from "./labels";
import { confidentialLabel, managedLabels } from "./labels";
import type { TenantPlatform, TenantQuota } from "./tenantRules";
import { allowDns, allowHttps, denyAll, deployerRules, limitsEqualRequests, quotaLimits } from "./tenantRules";

export interface TenantNamespaceArgs {
  /** Name of the namespace: the tenant's own. */
  readonly namespace: string;
  /** Whose workloads run here. Default modelOwner. */
  readonly party?: Party;
  /** Kubernetes user who may place releases here, and do nothing else. */
  readonly deployer: string;
  /** Whether it may read events there. Default yes; from some thousand workloads on, better not (docs/scale.md). */
  readonly deployerReadsEvents?: boolean;
  /** Ranges of the key broker, reached on 443: without it no guest gets a key. */
  readonly keyBrokerCidrs: readonly string[];
  /** Ranges of the registries that guests pull their images from, on 443. Default none. */
  readonly registryCidrs?: readonly string[];
  /** Ranges of an attestation verifier that guests ask themselves, on 443. Default none: the key broker asks it. */
  readonly verifierCidrs?: readonly string[];
  /** The tenant's share of the hosts. */
  readonly quota: TenantQuota;
  /** What its GPUs are: passed through to guests (default), or devices of nodes that are TEEs themselves. */
  readonly devices?: "passedThrough" | "onNode";
  /** Kubernetes minor version, e.g. 1.36: which edition of the pod security standard is meant. */
  readonly kubernetesVersion: string;
  /** Whose DNS is asked, and whether pods need a security context constraint of OpenShift's. Default kubernetes. */
  readonly platform?: TenantPlatform;
}

/**
 * Where one tenant's confidential pods live: closed network, restricted pods, a share of the hosts, and one user who
 * may place releases. All of it is a guard rail of the provider's cluster; none of it is a trust boundary, since the
 * provider can take it away. Network policies count where the cluster's network plugin enforces them.
 */
export class TenantNamespace extends pulumi.ComponentResource {
  readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, args: TenantNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.tenantNamespace, name, {}, opts);
    if (args.keyBrokerCidrs.length === 0)
      throw new pulumi.ResourceError(
        "keyBrokerCidrs is empty: guests could not reach the key broker; name its address ranges",
        this,
        true,
      );

    const child = { parent: this };
    const labels = { ...managedLabels(args.party ?? "modelOwner"), ...confidentialLabel };
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: args.namespace, labels: { ...labels, ...podSecurityLabels(args.kubernetesVersion) } } },
      child,
    );
    // The name is read off the namespace, so that everything below waits for it.
    const meta = (objectName: string) => ({ name: objectName, namespace: namespace.metadata.name, labels });

    const policies = {
      "deny-all": denyAll,
      "allow-dns": allowDns(args.platform ?? "kubernetes"),
      "allow-key-broker": allowHttps(args.keyBrokerCidrs),
      "allow-registries": allowHttps(args.registryCidrs ?? []),
      "allow-verifier": allowHttps(args.verifierCidrs ?? []),
    };
    for (const [policy, spec] of Object.entries(policies))
      if (spec) new k8s.networking.v1.NetworkPolicy(`${name}-${policy}`, { metadata: meta(policy), spec }, child);

    new k8s.core.v1.ResourceQuota(
      `${name}-quota`,
      { metadata: meta("tenant"), spec: { hard: quotaLimits(args.quota, args.devices) } },
      child,
    );

    new k8s.core.v1.LimitRange(
      `${name}-limits`,
      { metadata: meta("tenant"), spec: { limits: [limitsEqualRequests] } },
      child,
    );

    const role = new k8s.rbac.v1.Role(
      `${name}-deployer`,
      { metadata: meta("deployer"), rules: deployerRules(args.deployerReadsEvents) },
      child,
    );
    new k8s.rbac.v1.RoleBinding(
      `${name}-deployer`,
      {
        metadata: meta("deployer"),
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: args.deployer }],
      },
      child,
    );
    if (args.platform === "openshift") allowNonRoot(name, meta("non-root"), args.namespace, child);
    // Kubernetes makes this account itself; pods that name no other must not get credentials to the API by it.
    new k8s.core.v1.ServiceAccountPatch(
      `${name}-default-account`,
      { metadata: { name: "default", namespace: namespace.metadata.name }, automountServiceAccountToken: false },
      child,
    );

    this.namespaceName = namespace.metadata.name;
    this.registerOutputs({ namespaceName: this.namespaceName });
  }
}

/**
 * OpenShift's default constraint, `restricted-v2`, wants user ids of a range of its own; a release's is named by its owner
 * and bound by the agent policy. `nonroot-v2` is the same but for that: any user id except root's.
 *
 * Source: docs.redhat.com, OpenShift 4.20, "Managing security context constraints", default SCCs and their roles.
 */
function allowNonRoot(
  name: string,
  metadata: { readonly name: string },
  namespace: string,
  opts: pulumi.CustomResourceOptions,
): void {
  new k8s.rbac.v1.RoleBinding(
    `${name}-non-root`,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:openshift:scc:nonroot-v2" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: `system:serviceaccounts:${namespace}` }],
    },
    opts,
  );
}

/** The strictest standard: confidential pods as they are placed here satisfy it. */
function podSecurityLabels(kubernetesVersion: string): Record<string, string> {
  const modes = ["enforce", "audit", "warn"];
  return Object.fromEntries(
    modes.flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, "restricted"],
      [`pod-security.kubernetes.io/${mode}-version`, `v${kubernetesVersion}`],
    ]),
  );
}
