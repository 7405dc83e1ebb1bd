import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { managedLabels, namespaceLabels } from "../../cluster/labels";
import { systemNamespace } from "../../cluster/kubelet";
import { sha256 } from "../../names";
import { tokens } from "../../tokens";
import type { FirmwarePlan } from "./plan";
import { planFileName, renderFirmwarePlan } from "./planText";
import { firmwareProblems } from "./problems";

export interface FirmwarePlansArgs {
  /** One plan a host; no host twice. Plans hold no address and no credential of a machine. */
  readonly plans: readonly FirmwarePlan[];
  /** Namespace of what Trustfoundry keeps in the provider's cluster; made here where nobody else makes it. */
  readonly namespace?: pulumi.Input<string>;
}

/**
 * What each host's firmware has to be set to, kept in the provider's cluster: a preview shows a change of it, rules judge
 * it, and whoever runs `trustfoundry firmware` can compare.
 *
 * Placing it changes no machine, and says nothing about what a machine is set to.
 */
export class FirmwarePlans extends pulumi.ComponentResource {
  /** SHA-256 of each host's plan, hex, by host. */
  readonly digests: pulumi.Output<Record<string, string>>;
  /** Where the plans lie: `<namespace>/<ConfigMap>`, by host. */
  readonly configMaps: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: FirmwarePlansArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.firmwarePlans, name, {}, opts);
    const hosts = args.plans.map(({ host }) => host);
    const twice = hosts.filter((host, index) => hosts.indexOf(host) !== index);
    const problems = args.plans.flatMap((plan) =>
      firmwareProblems(plan).map(({ path, message }) => `${plan.host}, ${path}: ${message}`),
    );
    if (twice.length > 0) problems.push(`${twice.join(", ")} has two plans`);
    if (problems.length > 0) throw new pulumi.ResourceError(`plans: ${problems.join("; ")}`, this, true);

    const labels = managedLabels("infrastructureProvider");
    const namespace =
      args.namespace ??
      new k8s.core.v1.Namespace(
        `${name}-namespace`,
        {
          metadata: {
            name: systemNamespace,
            labels: namespaceLabels("infrastructureProvider", "restricted"),
          },
        },
        { parent: this },
      ).metadata.name;
    const placed = args.plans.map((plan) => {
      const content = renderFirmwarePlan(plan);
      const configMap = new k8s.core.v1.ConfigMap(
        `${name}-${plan.host}`,
        {
          metadata: {
            name: `firmware-plan-${plan.host}`,
            namespace,
            labels,
            annotations: { "trustfoundry.dev/content-digest": sha256(content) },
          },
          data: { [planFileName]: content },
        },
        { parent: this },
      );
      return [plan.host, configMap] as const;
    });
    const byHost = (value: (configMap: k8s.core.v1.ConfigMap) => pulumi.Output<string>) =>
      pulumi.output(Object.fromEntries(placed.map(([host, configMap]) => [host, value(configMap)])));
    this.digests = byHost((configMap) => configMap.data.apply((data) => sha256(data[planFileName] ?? "")));
    this.configMaps = byHost(
      (configMap) => pulumi.interpolate`${configMap.metadata.namespace}/${configMap.metadata.name}`,
    );
    this.registerOutputs({ digests: this.digests, configMaps: this.configMaps });
  }
}
