import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { managedLabels } from "../cluster/labels";
import { tokens } from "../tokens";
import type { ExternalSecrets } from "./externalSecrets";
import { etcdEncryptedAnnotation, externalSecretsApi, externalSecretSpec, secretStoreSpec } from "./externalSecrets";

export interface FortanixSecretsArgs extends ExternalSecrets {
  /** Namespace of the key broker. */
  readonly namespace: pulumi.Input<string>;
  /** Secret that the key broker mounts; External Secrets Operator makes it. */
  readonly secretName: string;
}

/**
 * Models' keys from Fortanix DSM by External Secrets Operator, which the model owner has installed in its own cluster. Holds
 * names alone: the API key is in a Secret of the owner's making, and no key of a model is in Pulumi's state.
 *
 * The keys do lie in etcd of that cluster; a key store of the key broker's own (PKCS#11, Vault) leaves them where they are.
 */
export class FortanixSecrets extends pulumi.ComponentResource {
  readonly secretName: pulumi.Output<string>;

  constructor(name: string, args: FortanixSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.fortanixSecrets, name, {}, opts);
    if (!args.source.apiUrl.startsWith("https://"))
      throw new pulumi.ResourceError(`source.apiUrl "${args.source.apiUrl}" is no https:// address`, this, true);
    const { namespace } = args;
    const labels = managedLabels("modelOwner");
    const store = new k8s.apiextensions.CustomResource(
      `${name}-store`,
      {
        apiVersion: externalSecretsApi,
        kind: "SecretStore",
        metadata: { name: "fortanix-dsm", namespace, labels },
        spec: secretStoreSpec(args.source),
      },
      { parent: this },
    );
    const keys = new k8s.apiextensions.CustomResource(
      `${name}-keys`,
      {
        apiVersion: externalSecretsApi,
        kind: "ExternalSecret",
        metadata: {
          name: args.secretName,
          namespace,
          labels,
          annotations: { [etcdEncryptedAnnotation]: String(args.etcdEncrypted) },
        },
        spec: externalSecretSpec(args, "fortanix-dsm", args.secretName),
      },
      { parent: this, dependsOn: [store] },
    );
    this.secretName = keys.metadata.apply(() => args.secretName);
    this.registerOutputs({ secretName: this.secretName });
  }
}
