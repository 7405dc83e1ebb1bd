import * as orgpolicy from "@pulumi/gcp/orgpolicy";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";

export interface GcpConfidentialOnlyArgs {
  readonly project: string;
  /** What has to be there first. */
  readonly after: readonly pulumi.Resource[];
}

/** Machines and GKE nodes without a TEE are refused (GKE, confidential-gke-nodes, organization policy constraint). */
export const constraintName = "compute.restrictNonConfidentialComputing";

/**
 * Organization policy that refuses new machines and nodes without a TEE in the project, whoever asks for them. What is
 * there already stays. A guard rail: who may change the project's policies may take it away.
 */
export class GcpConfidentialOnly extends pulumi.ComponentResource {
  constructor(name: string, args: GcpConfidentialOnlyArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.gcpConfidentialOnly, name, {}, opts);
    const { project } = args;
    new orgpolicy.Policy(
      `${name}-policy`,
      {
        name: `projects/${project}/policies/${constraintName}`,
        parent: `projects/${project}`,
        spec: { rules: [{ values: { deniedValues: ["compute.googleapis.com", "container.googleapis.com"] } }] },
      },
      { parent: this, dependsOn: [...args.after] },
    );
    this.registerOutputs();
  }
}
