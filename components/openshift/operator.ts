import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { managedLabels, namespaceLabels } from "../cluster/labels";
import type { Party } from "../cluster/labels";
import { tokens } from "../tokens";
import type { ChosenOperator } from "./operators";
import { operatorProblems } from "./operators";
import { waitFor } from "./waiting";

export interface OpenshiftOperatorArgs {
  /**
   * The operators of one namespace, with their versions: usually one. Several share the namespace's OperatorGroup, and OLM
   * may install them by one InstallPlan.
   */
  readonly operators: readonly [ChosenOperator, ...ChosenOperator[]];
  /** Command by which a person approves the installation, said while `up` waits for it. */
  readonly approveBy: string;
  /** Whose cluster it is. Default infrastructureProvider. */
  readonly party?: Exclude<Party, "dataOwner">;
  /**
   * Most that the namespace's pods may do: `privileged` (default) for operators of hosts, which mount their file systems.
   */
  readonly podSecurity?: "privileged" | "baseline" | "restricted";
  /** Seconds until `up` gives up waiting for the approval and the installation. Default 3600. */
  readonly approvalTimeoutSeconds?: number;
  /** What has to be there first. Default nothing: operators may be approved all at once. */
  readonly after?: readonly pulumi.Resource[];
}

/** CatalogSources that OpenShift brings, and mirrors of them, live here. */
export const marketplace = "openshift-marketplace";

/**
 * Operators of one namespace under OpenShift's Operator Lifecycle Manager: Namespace, OperatorGroup, and a Subscription
 * each that installs exactly one version, once a person approves it. The program approves nothing itself, and no newer
 * version comes by itself. Ready when OLM says that the version is installed, so that its kinds exist.
 *
 * Source: operator-framework/operator-lifecycle-manager, doc/design (Subscription, InstallPlan approval);
 * `status.installedCSV` is what the Subscription has installed.
 */
export class OpenshiftOperator extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** Versions that OLM has installed, by package: known once they are. */
  readonly installed: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: OpenshiftOperatorArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.openshiftOperator, name, {}, opts);
    const problems = operatorProblems(args.operators);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this, true);

    const [{ namespace: namespaceName, scope }] = args.operators;
    const { party = "infrastructureProvider" } = args;
    const labels = managedLabels(party);
    const seconds = args.approvalTimeoutSeconds ?? 3600;
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: namespaceName,
          labels: namespaceLabels(party, args.podSecurity ?? "privileged"),
        },
      },
      { parent: this, dependsOn: [...(args.after ?? [])] },
    );
    const group = new k8s.apiextensions.CustomResource(
      `${name}-group`,
      {
        apiVersion: "operators.coreos.com/v1",
        kind: "OperatorGroup",
        metadata: { name: namespaceName, namespace: namespace.metadata.name, labels },
        spec: scope === "ownNamespace" ? { targetNamespaces: [namespaceName] } : {},
      },
      { parent: this },
    );
    if (!pulumi.runtime.isDryRun())
      void pulumi.log.info(
        `${args.operators.map(({ csv }) => csv).join(", ")}: waits until it is installed, ${Math.round(seconds / 60)} minutes at most; where nobody has approved it yet, run \`${args.approveBy}\``,
        this,
      );
    const subscriptions = args.operators.map(
      (operator) =>
        new k8s.apiextensions.CustomResource(
          `${name}-${operator.package}`,
          {
            apiVersion: "operators.coreos.com/v1alpha1",
            kind: "Subscription",
            metadata: {
              name: operator.package,
              namespace: namespace.metadata.name,
              labels,
              annotations: waitFor(`jsonpath={.status.installedCSV}=${operator.csv}`),
            },
            spec: {
              name: operator.package,
              channel: operator.channel,
              source: operator.catalog,
              sourceNamespace: marketplace,
              installPlanApproval: "Manual",
              startingCSV: operator.csv,
            },
          },
          {
            parent: this,
            dependsOn: [group],
            customTimeouts: { create: `${seconds}s`, update: `${seconds}s` },
          },
        ),
    );
    this.namespace = namespace.metadata.name;
    this.installed = pulumi
      .all(subscriptions.map(({ id }) => id))
      .apply(() => Object.fromEntries(args.operators.map(({ package: of, csv }) => [of, csv])));
    this.registerOutputs({ namespace: this.namespace, installed: this.installed });
  }
}
