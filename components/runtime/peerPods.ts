import * as pulumi from "@pulumi/pulumi";
import type { CatalogName } from "../catalog";
import { resolvePin } from "../catalogLock";
import type { ChartPlacement } from "../chartSource";
import { operatorRelease, pinned } from "../cluster/operatorRelease";
import { tokens } from "../tokens";
import { peerPodProblems } from "./peerPodProblems";
import type { PeerPodsSettings } from "./peerPodsValues";
import { peerPodNamespace, peerPodsValues } from "./peerPodsValues";

export interface PeerPodsArgs extends PeerPodsSettings {
  readonly placement: ChartPlacement;
  /** What has to be there first. Default nothing: peer pods need no GPU node of the cluster. */
  readonly after?: readonly pulumi.Resource[];
}

/** The Kata that chart peerpods 0.4.0 brings is 4.0.0, whatever the platform set: its image has to be of that version. */
const kataOfChart = "ra-1.1.0";

/**
 * EXPERIMENTAL. Pods that are confidential virtual machines of the cloud's, beside their node rather than on it: the
 * pod-level path where nodes are virtual machines themselves. Brings the RuntimeClass `kata-remote`.
 *
 * Removing it removes no machine that runs: delete the pods first.
 */
export class PeerPods extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** RuntimeClass of peer pods; known once the release is. */
  readonly runtimeClassName: pulumi.Output<string>;
  /** State of the Helm release: `deployed`. */
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: PeerPodsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.peerPods, name, {}, opts);
    const problems = peerPodProblems(args);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this, true);

    const { platformSet, pins } = args.placement;
    const pin = (image: CatalogName, set = platformSet) => pinned(this, () => resolvePin(image, set, pins));
    const release = operatorRelease(this, name, {
      chart: "charts/peerpods",
      namespace: peerPodNamespace,
      releaseName: "peerpods",
      values: peerPodsValues(args, {
        adaptor: pin("images/cloud-api-adaptor"),
        controller: pin("images/peerpod-ctrl"),
        webhook: pin("images/peer-pods-webhook"),
        rbacProxy: pin("images/kube-rbac-proxy"),
        kataDeploy: pin("images/kata-deploy", kataOfChart),
        kubectl: pin("images/kata-kubectl", kataOfChart),
      }),
      placement: args.placement,
      after: args.after,
    });
    this.namespace = release.namespace;
    this.runtimeClassName = release.status.apply(() => "kata-remote");
    this.status = release.status.apply(({ status }) => status);
    this.registerOutputs({
      namespace: this.namespace,
      runtimeClassName: this.runtimeClassName,
      status: this.status,
    });
  }
}
