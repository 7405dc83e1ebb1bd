import * as pulumi from "@pulumi/pulumi";
import type { PartnerChart } from "../partnerChart";
import { partnerRelease } from "../partnerChart";
import { tokens } from "../tokens";
import { anjunaRuntimeProblems } from "./anjunaPlan";

export interface AnjunaRuntimeArgs {
  /** Chart of Anjuna's Kubernetes Toolset, as Anjuna gave it to you. */
  readonly chart: PartnerChart;
  /** RuntimeClass that the chart makes; pods choose Anjuna by it. */
  readonly runtimeClassName: string;
  /** What has to be there first. Default: nothing. */
  readonly after?: readonly pulumi.Resource[];
}

/**
 * Anjuna's runtime: pods that are confidential virtual machines of their own beside their node, as peer pods are. Everything
 * about it is Anjuna's: what it starts, what is measured, and which policy it keeps. No release of this factory describes
 * such a pod, and the key broker knows no evidence of one (components/verdict/isolation.ts says what that comes to).
 *
 * Removing it removes no machine that runs: delete the pods first.
 */
export class AnjunaRuntime extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** Known once the release is. */
  readonly runtimeClassName: pulumi.Output<string>;
  /** State of the Helm release: `deployed`. */
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: AnjunaRuntimeArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.anjunaRuntime, name, {}, opts);
    const { chart, runtimeClassName } = args;
    const problems = anjunaRuntimeProblems(chart, runtimeClassName);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this, true);
    const release = partnerRelease(this, name, chart, "infrastructureProvider", args.after);
    this.namespace = release.namespace;
    this.runtimeClassName = release.status.apply(() => runtimeClassName);
    this.status = release.status.apply(({ status }) => status);
    this.registerOutputs({
      namespace: this.namespace,
      runtimeClassName: this.runtimeClassName,
      status: this.status,
    });
  }
}
