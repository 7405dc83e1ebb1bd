import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../tokens";
import { podTemplate, selectorLabels } from "./podTemplate";
import type { Release } from "./release";

export interface ConfidentialWorkloadArgs {
  /** A release that was validated, its digest compared with the one agreed upon. */
  readonly release: Release;
  /** Namespace made by `TenantNamespace`: default-deny network, no exec for its deployer. */
  readonly namespace: pulumi.Input<string>;
  /** Tenant whose own hosts the pods have to run on: its namespace. Default any host that fits. */
  readonly dedicatedTo?: string;
  /** StorageClass for raw block volumes (`/dev/trusted_store`), where encrypted image layers are unpacked. */
  readonly storageClassName: string;
  /** Deployment (default) for stateless serving; StatefulSet where replicas need stable names. */
  readonly kind?: "Deployment" | "StatefulSet";
  /** Namespace whose pods may connect to the model's port; default `ingress`. */
  readonly ingressNamespace?: string;
  /**
   * Whether a new pod starts before the one that it replaces stops, so that no replica is missing meanwhile. It needs GPUs
   * that nobody uses: without them the update waits until it times out. Default false.
   */
  readonly surge?: boolean;
  /** Whether `up` waits for ready replicas; default true. Pods that find no host keep `up` waiting until it times out. */
  readonly awaitReadiness?: boolean;
}

const skipAwait = { "pulumi.com/skipAwait": "true" };

/** Places one release: pods in confidential VMs with their GPUs, a service, and what protects both. */
export class ConfidentialWorkload extends pulumi.ComponentResource {
  /** DNS name of the service inside the cluster. */
  readonly serviceName: pulumi.Output<string>;
  /** Name of the Deployment or StatefulSet. */
  readonly workloadName: pulumi.Output<string>;

  constructor(name: string, args: ConfidentialWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.confidentialWorkload, name, {}, opts);
    const { release, namespace } = args;
    const child = { parent: this };
    const selector = selectorLabels(release);
    const metadata = {
      name: release.name,
      namespace,
      labels: {
        ...selector,
        "app.kubernetes.io/managed-by": "trustfoundry",
        "trustfoundry.dev/confidential": "true",
        "trustfoundry.dev/party": "modelOwner",
      },
      annotations: (args.awaitReadiness === false ? skipAwait : {}) as Record<string, string>,
    };

    const account = new k8s.core.v1.ServiceAccount(
      `${name}-identity`,
      { metadata: { name: release.name, namespace, labels: metadata.labels }, automountServiceAccountToken: false },
      child,
    );
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        // A service is ready when pods are; the workload below already waits for them, or is told not to.
        metadata: { ...metadata, annotations: skipAwait },
        spec: { type: "ClusterIP", selector, ports: [{ name: "serve", port: release.port, targetPort: "serve" }] },
      },
      child,
    );
    new k8s.networking.v1.NetworkPolicy(
      `${name}-ingress`,
      {
        metadata: { name: `${release.name}-ingress`, namespace, labels: metadata.labels },
        spec: {
          podSelector: { matchLabels: selector },
          policyTypes: ["Ingress"],
          ingress: [
            {
              from: [
                {
                  namespaceSelector: {
                    matchLabels: { "kubernetes.io/metadata.name": args.ingressNamespace ?? "ingress" },
                  },
                },
              ],
              ports: [{ port: release.port, protocol: "TCP" }],
            },
          ],
        },
      },
      child,
    );
    if (release.replicas > 1) {
      new k8s.policy.v1.PodDisruptionBudget(
        `${name}-budget`,
        {
          metadata: { ...metadata, annotations: {} },
          spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
        },
        child,
      );
    }

    const spec = { replicas: release.replicas, selector: { matchLabels: selector } };
    const template = podTemplate(release, {
      storageClassName: args.storageClassName,
      serviceAccountName: release.name,
      dedicatedTo: args.dedicatedTo,
    });
    // The model is loaded after the pod starts, so waiting has to outlast its startup probe.
    const wait = { create: `${release.startupSeconds + 300}s`, update: `${release.startupSeconds + 300}s` };
    const options = { ...child, dependsOn: [account], customTimeouts: wait };
    const workload =
      args.kind === "StatefulSet"
        ? new k8s.apps.v1.StatefulSet(
            `${name}-model`,
            { metadata, spec: { ...spec, serviceName: release.name, template } },
            options,
          )
        : new k8s.apps.v1.Deployment(
            `${name}-model`,
            // GPUs of a host go to one pod at a time: a surge cannot be placed where none are spare.
            {
              metadata,
              spec: {
                ...spec,
                template,
                strategy: {
                  type: "RollingUpdate",
                  rollingUpdate: args.surge ? { maxSurge: 1, maxUnavailable: 0 } : { maxSurge: 0, maxUnavailable: 1 },
                },
              },
            },
            options,
          );

    this.serviceName = pulumi.interpolate`${service.metadata.name}.${service.metadata.namespace}.svc`;
    this.workloadName = workload.metadata.name;
    this.registerOutputs({ serviceName: this.serviceName, workloadName: this.workloadName });
  }
}
