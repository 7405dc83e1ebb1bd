import * as pulumi from "@pulumi/pulumi";
import { resolvePin } from "../catalogLock";
import type { ChartPlacement } from "../chartSource";
import type { NodeFeatures } from "../cluster/nodeFeatures";
import type { NodeMode } from "../cluster/nodeMode";
import { operatorRelease, pinned } from "../cluster/operatorRelease";
import { tokens } from "../tokens";
import type { Distribution } from "./kataValues";
import { kataValues } from "./kataValues";
import { nvidiaShims, runtimeClassName } from "./runtimeClasses";
import type { PullTimeouts } from "./timeouts";
import { defaultPullTimeouts, pullTimeoutProblems } from "./timeouts";

export interface KataArgs {
  readonly placement: ChartPlacement;
  /** Kubernetes distribution of the hosts. Default k8s. */
  readonly distribution?: Distribution;
  /** Image pull timeouts; the same that KubeletSettings is given. Default 1200 s each. */
  readonly timeouts?: PullTimeouts;
  /** Must be installed first: without NFD's CRDs kata-deploy 4.0.0 leaves the TEE labels out, and 4.1.0 fails. */
  readonly nodeFeatures: NodeFeatures;
  /** Must be in place first: kata-deploy goes to hosts that are labelled for passthrough, and is waited for there. */
  readonly nodeMode: NodeMode;
}

/** Kata Containers on the provider's GPU hosts: shims, guest images and the three NVIDIA runtime classes. */
export class Kata extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** RuntimeClasses that the release brings. */
  readonly runtimeClassNames: pulumi.Output<string[]>;
  /** State of the Helm release: `deployed`. */
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: KataArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.kata, name, {}, opts);
    const timeouts = args.timeouts ?? defaultPullTimeouts;
    const problems = pullTimeoutProblems(timeouts);
    if (problems.length > 0) throw new pulumi.ResourceError(`timeouts: ${problems.join("; ")}`, this, true);

    const { platformSet, pins } = args.placement;
    const images = pinned(this, () => ({
      kataDeploy: resolvePin("images/kata-deploy", platformSet, pins),
      kubectl: resolvePin("images/kata-kubectl", platformSet, pins),
    }));
    const release = operatorRelease(this, name, {
      chart: "charts/kata-deploy",
      namespace: "kata-system",
      releaseName: "kata-deploy",
      values: kataValues({ platformSet, distribution: args.distribution ?? "k8s", timeouts, images }),
      placement: args.placement,
      after: [args.nodeFeatures, args.nodeMode],
    });
    this.namespace = release.namespace;
    // Known once the release is: whoever takes names from here waits for the classes.
    this.runtimeClassNames = release.status.apply(() => nvidiaShims.map(runtimeClassName));
    this.status = release.status.apply(({ status }) => status);
    this.registerOutputs({ namespace: this.namespace, runtimeClassNames: this.runtimeClassNames, status: this.status });
  }
}
