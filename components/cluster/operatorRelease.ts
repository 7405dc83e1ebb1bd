import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ChartName, ChartPlacement } from "../chartSource";
import { chartReference } from "../chartSource";
import { PinError } from "../catalogLock";
import { namespaceLabels } from "./labels";

export interface OperatorReleaseArgs {
  readonly chart: ChartName;
  /** Namespace and release carry the same well-known names everywhere, since other software looks for them. */
  readonly namespace: string;
  readonly releaseName: string;
  readonly values: Record<string, unknown>;
  readonly placement: ChartPlacement;
  /** What has to be in place before the release is installed, and stay until it is gone. */
  readonly after?: readonly pulumi.Resource[];
}

/** Image pull, installation on each host and CRI restart take minutes; NVIDIA's guide waits as long. */
const timeoutSeconds = 600;

/** One operator: its namespace and the Helm release in it, both children of the component that asks. */
export function operatorRelease(
  parent: pulumi.ComponentResource,
  name: string,
  args: OperatorReleaseArgs,
): k8s.helm.v3.Release {
  // Before anything is registered: an update that was not previewed would apply what came earlier.
  const chart = pinned(parent, () => chartReference(args.chart, args.placement));
  const namespace = new k8s.core.v1.Namespace(
    `${name}-namespace`,
    {
      metadata: {
        name: args.namespace,
        // Operators of a host mount its file system and run privileged on it; tenants' namespaces are restricted.
        labels: namespaceLabels("infrastructureProvider", "privileged"),
      },
    },
    { parent },
  );
  return new k8s.helm.v3.Release(
    `${name}-release`,
    {
      name: args.releaseName,
      namespace: namespace.metadata.name,
      ...chart,
      values: args.values,
      timeout: timeoutSeconds,
      // A failed installation is taken back as a whole, so that the next attempt starts from a known state.
      atomic: true,
    },
    { parent, dependsOn: [...(args.after ?? [])] },
  );
}

/** Runs what may lack a pin; says so as an error of the resource, without a trace. */
export function pinned<T>(resource: pulumi.Resource, resolve: () => T): T {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof PinError) throw new pulumi.ResourceError(error.message, resource, true);
    throw error;
  }
}
