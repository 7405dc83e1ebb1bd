import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { managedLabels, namespaceLabels } from "../cluster/labels";
import { canonicalJson, shortHash } from "../names";
import type { TrusteeService } from "./trusteeLayout";
import { configurations, keyBrokerPort, ports, resourceSecretKey, serviceName } from "./trusteeLayout";
import type { TrusteeContents, TrusteeObjects } from "./trusteePlan";
import { keyStoreCa, mountsResources, storeOf, volumeName } from "./trusteePlan";
import { trusteeLabels } from "./trusteePods";
import type { TrusteeSecrets } from "./trusteeSecrets";
import { base64, contentSuffix, keyBrokerCredentials } from "./trusteeSecrets";
import type { Files, TrusteeStores } from "./trusteeStores";

/** A service is ready when its pods are, and the Deployments are waited for. */
const skipAwait = { "pulumi.com/skipAwait": "true" };

/** Makes the Kubernetes objects of one Trustee as children of its component. */
export class TrusteeObjectMaker {
  readonly namespace: k8s.core.v1.Namespace;
  private readonly child: pulumi.CustomResourceOptions;

  constructor(
    parent: pulumi.ComponentResource,
    private readonly name: string,
    namespace: string,
  ) {
    this.child = { parent };
    this.namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: namespace,
          labels: namespaceLabels("modelOwner", "restricted"),
        },
      },
      this.child,
    );
  }

  /** An identity without credentials: no service talks to the API server. */
  serviceAccount(): k8s.core.v1.ServiceAccount {
    return new k8s.core.v1.ServiceAccount(
      `${this.name}-identity`,
      { metadata: this.metadata("trustee"), automountServiceAccountToken: false },
      this.child,
    );
  }

  networkPolicy(name: string, spec: types.input.networking.v1.NetworkPolicySpec): void {
    new k8s.networking.v1.NetworkPolicy(`${this.name}-${name}`, { metadata: this.metadata(name), spec }, this.child);
  }

  /** ConfigMaps and Secrets; each immutable and named after its content, so that a change is a new object. */
  contents(contents: TrusteeContents, secrets: pulumi.Output<TrusteeSecrets>): TrusteeObjects {
    const { withCredentials, resourcesSecret } = contents;
    const configuration = byKey(contents.services, (service) =>
      service === "kbs" && withCredentials
        ? this.secret("kbs-configuration", "Opaque", secrets, (plain) => ({
            [configurations.kbs.file]: base64(withCredentials(keyBrokerCredentials(plain))),
          }))
        : this.configMap(`${service}-configuration`, {
            [configurations[service].file]: contents.configuration[service],
          }),
    );
    const ca = keyStoreCa(contents.keyStore);
    const storeNames: (keyof TrusteeStores)[] = contents.services.flatMap((service) => storeOf[service]);
    const stores = byKey(storeNames, (store) => this.configMap(volumeName(store), contents.stores[store]));
    return {
      configuration,
      stores,
      secrets: {
        tls: this.secret("tls", "kubernetes.io/tls", secrets, ({ tls }) => ({
          "tls.crt": base64(tls.certificate),
          "tls.key": base64(tls.privateKey),
        })),
        signer: this.secret("signer", "Opaque", secrets, ({ tokenSigner }) => ({
          "token.crt": base64(tokenSigner.certificate),
          "token.key": base64(tokenSigner.privateKey),
        })),
        resources: mountsResources(contents)
          ? (resourcesSecret ??
            this.secret("resources", "Opaque", secrets, ({ resources = {} }) =>
              Object.fromEntries(contents.resources.map((path) => [resourceSecretKey(path), valueOf(resources, path)])),
            ))
          : undefined,
      },
      keyStoreCa: ca && this.configMap("key-store-ca", ca),
    };
  }

  deployment(
    service: TrusteeService,
    replicas: number,
    template: types.input.core.v1.PodTemplateSpec,
    after: pulumi.Resource | undefined,
  ): k8s.apps.v1.Deployment {
    const selector = { matchLabels: trusteeLabels(service) };
    const deployment = new k8s.apps.v1.Deployment(
      `${this.name}-${service}`,
      {
        metadata: this.metadata(serviceName(service), trusteeLabels(service)),
        spec: {
          replicas,
          selector,
          template,
          // Never fewer replicas than asked for: guests that start meanwhile find one.
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        },
      },
      { ...this.child, dependsOn: after ? [after] : [] },
    );
    if (replicas > 1)
      new k8s.policy.v1.PodDisruptionBudget(
        `${this.name}-${service}`,
        { metadata: this.metadata(serviceName(service)), spec: { maxUnavailable: 1, selector } },
        this.child,
      );
    return deployment;
  }

  /** `sticky`: the KBS keeps sessions in memory, and a guest has to end its handshake where it began it. */
  service(service: TrusteeService, sticky: boolean): void {
    const port = service === "kbs" ? keyBrokerPort : ports[service];
    new k8s.core.v1.Service(
      `${this.name}-${service}`,
      {
        metadata: { ...this.metadata(serviceName(service)), annotations: skipAwait },
        spec: {
          type: "ClusterIP",
          selector: trusteeLabels(service),
          ports: [{ name: service, port, targetPort: service, protocol: "TCP" }],
          ...(sticky && { sessionAffinity: "ClientIP" }),
        },
      },
      this.child,
    );
  }

  private configMap(name: string, data: Files): pulumi.Output<string> {
    const metadata = this.metadata(`${name}-${shortHash(canonicalJson(data))}`);
    return new k8s.core.v1.ConfigMap(`${this.name}-${name}`, { metadata, data, immutable: true }, this.child).metadata
      .name;
  }

  private secret(
    name: string,
    type: string,
    secrets: pulumi.Output<TrusteeSecrets>,
    content: (secrets: TrusteeSecrets) => Record<string, string>,
  ): pulumi.Output<string> {
    const suffix = pulumi.unsecret(secrets.apply((plain) => contentSuffix(plain, content(plain))));
    const metadata = this.metadata(pulumi.interpolate`${name}-${suffix}`);
    const data = secrets.apply(content);
    return new k8s.core.v1.Secret(`${this.name}-${name}`, { metadata, type, data, immutable: true }, this.child)
      .metadata.name;
  }

  /** The namespace's name is read off the namespace, so that everything waits for it. */
  private metadata(name: pulumi.Input<string>, labels: Readonly<Record<string, string>> = {}) {
    return {
      name,
      namespace: this.namespace.metadata.name,
      labels: { ...managedLabels("modelOwner"), ...labels },
    };
  }
}

function byKey<K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;
}

function valueOf(resources: NonNullable<TrusteeSecrets["resources"]>, path: string): string {
  const value = resources[path];
  if (value === undefined) throw new Error(`secrets.resources has no value for ${path}, which a release names; add it`);
  return value;
}
