import * as pulumi from "@pulumi/pulumi";
import type { PartnerChart } from "../partnerChart";
import { partnerRelease } from "../partnerChart";
import { tokens } from "../tokens";
import type { AnjunaAzureRoot } from "./anjunaPolicyManagerPlan";
import { policyManagerProblems } from "./anjunaPolicyManagerPlan";

export interface AnjunaPolicyManagerArgs {
  /** Chart of the Policy Manager, as Anjuna gave it to you. */
  readonly chart: PartnerChart;
  /** What it is unsealed by on Azure; the chart's values have to say the same. */
  readonly azure: AnjunaAzureRoot;
}

/**
 * Anjuna's Policy Manager (APM): an attested store of secrets for Anjuna's pods, in place of Trustee. It is given its own
 * master key by Azure Key Vault after Microsoft Azure Attestation has judged its machine, so whoever can write that key's
 * release policy, and Microsoft, can have it: the lower grade of key authority (`cloud`).
 *
 * Nothing of a model's key passes through here; they are put into APM by its own tools.
 */
export class AnjunaPolicyManager extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** State of the Helm release: `deployed`. */
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: AnjunaPolicyManagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.anjunaPolicyManager, name, {}, opts);
    const problems = policyManagerProblems(args);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this, true);
    const release = partnerRelease(this, name, args.chart, "modelOwner");
    this.namespace = release.namespace;
    this.status = release.status.apply(({ status }) => status);
    this.registerOutputs({ namespace: this.namespace, status: this.status });
  }
}
