import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { sha256 } from "../names";
import type { PullTimeouts } from "../runtime/timeouts";
import { defaultPullTimeouts, pullTimeoutProblems } from "../runtime/timeouts";
import { tokens } from "../tokens";
import {
  kubeletDropInName,
  kubeletSettingsName,
  kubernetesVersionAnnotation,
  renderKubeletDropIn,
  systemNamespace,
} from "./kubeletConfiguration";
import { managedLabels, namespaceLabels } from "./labels";

export { systemNamespace };

export interface KubeletSettingsArgs {
  /** Version of Kubernetes on the hosts, e.g. 1.36. */
  readonly kubernetesVersion: string;
  /** Image pull timeouts; the same that Kata is given. Default 1200 s each. */
  readonly timeouts?: PullTimeouts;
}

/**
 * The kubelet drop-in that GPU hosts need, kept in a ConfigMap where the hosts' configuration management takes it from.
 *
 * Placing it changes no host: kubelet reads files of its own host alone, and is restarted by whoever runs the host.
 * Compare `digest` with the file on each host to know whether it arrived.
 */
export class KubeletSettings extends pulumi.ComponentResource {
  /** SHA-256 of the drop-in, hex: what `sha256sum` of the file on a host must say. */
  readonly digest: pulumi.Output<string>;
  /** Where the drop-in lies: `<namespace>/<ConfigMap>`. */
  readonly configMap: pulumi.Output<string>;
  /** Where Trustfoundry's other objects of this cluster lie, too. */
  readonly systemNamespace: pulumi.Output<string>;

  constructor(name: string, args: KubeletSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.kubeletSettings, name, {}, opts);
    const timeouts = args.timeouts ?? defaultPullTimeouts;
    const problems = pullTimeoutProblems(timeouts);
    if (problems.length > 0) throw new pulumi.ResourceError(`timeouts: ${problems.join("; ")}`, this, true);

    const labels = managedLabels("infrastructureProvider");
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: { name: systemNamespace, labels: namespaceLabels("infrastructureProvider", "restricted") },
      },
      { parent: this },
    );
    const content = renderKubeletDropIn(args.kubernetesVersion, timeouts);
    const configMap = new k8s.core.v1.ConfigMap(
      `${name}-dropin`,
      {
        metadata: {
          name: kubeletSettingsName,
          namespace: namespace.metadata.name,
          labels,
          annotations: {
            "trustfoundry.dev/content-digest": sha256(content),
            [kubernetesVersionAnnotation]: args.kubernetesVersion,
          },
        },
        data: { [kubeletDropInName]: content },
      },
      { parent: this },
    );
    this.digest = configMap.data.apply((data) => sha256(data[kubeletDropInName] ?? ""));
    this.configMap = pulumi.interpolate`${configMap.metadata.namespace}/${configMap.metadata.name}`;
    this.systemNamespace = namespace.metadata.name;
    this.registerOutputs({ digest: this.digest, configMap: this.configMap, systemNamespace: this.systemNamespace });
  }
}
