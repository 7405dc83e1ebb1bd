import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { base64, contentSuffix } from "../attestation/trusteeSecrets";
import type { TrusteeSecrets } from "../attestation/trusteeSecrets";
import type { Files } from "../attestation/trusteeStores";
import { managedLabels } from "../cluster/labels";
import { canonicalJson, shortHash } from "../names";
import { operatorMigrated, operatorPodLabels } from "./trusteeLayout";

/** Makes what stands around a key broker of the Trustee operator, in the operator's namespace. */
export class OperatorObjectMaker {
  constructor(
    private readonly child: pulumi.CustomResourceOptions,
    private readonly name: string,
    private readonly namespace: pulumi.Input<string>,
  ) {}

  networkPolicy(name: string, spec: types.input.networking.v1.NetworkPolicySpec): k8s.networking.v1.NetworkPolicy {
    return new k8s.networking.v1.NetworkPolicy(
      `${this.name}-${name}`,
      { metadata: this.metadata(name), spec },
      this.child,
    );
  }

  /**
   * The operator's pods run as the namespace's default ServiceAccount and are given its credentials unless told otherwise;
   * none of them talks to the API server.
   */
  withoutCredentials(after: pulumi.Resource): k8s.core.v1.ServiceAccountPatch {
    return new k8s.core.v1.ServiceAccountPatch(
      `${this.name}-default-identity`,
      { metadata: { name: "default", namespace: this.namespace }, automountServiceAccountToken: false },
      { ...this.child, dependsOn: [after] },
    );
  }

  /** Named after its content, so that a change is a new object, which the operator mounts in new pods. */
  configMap(name: string, data: Files): k8s.core.v1.ConfigMap {
    const metadata = { ...this.metadata(`${name}-${shortHash(canonicalJson(data))}`), annotations: operatorMigrated };
    return new k8s.core.v1.ConfigMap(`${this.name}-${name}`, { metadata, data, immutable: true }, this.child);
  }

  /** Named after its content as well, by a digest that only this stack can make. */
  secret(
    name: string,
    secrets: pulumi.Output<TrusteeSecrets>,
    content: (secrets: TrusteeSecrets) => Record<string, string>,
  ): k8s.core.v1.Secret {
    const suffix = pulumi.unsecret(secrets.apply((plain) => contentSuffix(plain, content(plain))));
    const metadata = this.metadata(pulumi.interpolate`${name}-${suffix}`);
    const data = secrets.apply((plain) =>
      Object.fromEntries(Object.entries(content(plain)).map(([key, text]) => [key, base64(text)])),
    );
    return new k8s.core.v1.Secret(
      `${this.name}-${name}`,
      { metadata, type: "Opaque", data, immutable: true },
      this.child,
    );
  }

  /** Made-up resources of a rehearsal, under the name that their paths have. */
  resources(name: string, paths: readonly string[], secrets: pulumi.Output<TrusteeSecrets>): k8s.core.v1.Secret {
    const data = secrets.apply(({ resources = {} }) =>
      Object.fromEntries(paths.map((path) => [path.split("/")[2] ?? "", madeUp(resources, path)])),
    );
    return new k8s.core.v1.Secret(
      `${this.name}-resources-${name}`,
      { metadata: this.metadata(name), type: "Opaque", data },
      this.child,
    );
  }

  disruptionBudget(): k8s.policy.v1.PodDisruptionBudget {
    return new k8s.policy.v1.PodDisruptionBudget(
      `${this.name}-kbs`,
      { metadata: this.metadata("kbs"), spec: { maxUnavailable: 1, selector: { matchLabels: operatorPodLabels } } },
      this.child,
    );
  }

  custom(
    name: string,
    kind: { readonly apiVersion: string; readonly kind: string },
    body: { readonly annotations?: Readonly<Record<string, string>>; readonly spec: object },
    after: readonly pulumi.Resource[],
    timeoutSeconds?: number,
  ): k8s.apiextensions.CustomResource {
    const { annotations = {}, spec } = body;
    return new k8s.apiextensions.CustomResource(
      `${this.name}-${name}`,
      { ...kind, metadata: { ...this.metadata(name), annotations }, spec },
      {
        ...this.child,
        dependsOn: [...after],
        ...(timeoutSeconds !== undefined && {
          customTimeouts: { create: `${timeoutSeconds}s`, update: `${timeoutSeconds}s` },
        }),
      },
    );
  }

  private metadata(name: pulumi.Input<string>) {
    return { name, namespace: this.namespace, labels: managedLabels("modelOwner") };
  }
}

function madeUp(resources: NonNullable<TrusteeSecrets["resources"]>, path: string): string {
  const value = resources[path];
  if (value === undefined) throw new Error(`secrets.resources has no value for ${path}, which a release names; add it`);
  return value;
}
