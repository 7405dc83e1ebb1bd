import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { canonicalJson, shortHash } from "../../names";
import { tokens } from "../../tokens";
import { sizePolicyRule } from "./sizePolicyRule";

export interface AzureSizePolicyArgs {
  /** Id of the resource group in which machines have to be confidential. */
  readonly resourceGroupId: pulumi.Input<string>;
  /** What makes the definition's name, which the whole subscription shares: for example the resource group's name. */
  readonly uniqueBy: string;
}

/**
 * Azure Policy that denies whatever has no TEE in the resource group: machines, scale sets, pools of AKS. A guard rail
 * against mistakes: Azure, and whoever may write policies, can lift it. It takes some minutes to be in force, and leaves
 * alone what is there already and the group that AKS keeps its nodes' scale sets in.
 *
 * The built-in policies know nothing like it. Names of properties (aliases) in it were not tried with Azure.
 */
export class AzureSizePolicy extends pulumi.ComponentResource {
  readonly assignmentId: pulumi.Output<string>;

  constructor(name: string, args: AzureSizePolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.azureSizePolicy, name, {}, opts);
    const unique = shortHash(canonicalJson({ name, uniqueBy: args.uniqueBy }));
    const definition = new authorization.PolicyDefinition(
      `${name}-definition`,
      {
        policyDefinitionName: `trustfoundry-confidential-${unique}`,
        displayName: "Machines have a TEE",
        description: "Denies virtual machines, scale sets and AKS pools of sizes without confidential computing.",
        policyType: "Custom",
        // Pools of AKS have neither location nor tags, and Indexed would pass over them.
        mode: "All",
        metadata: { category: "Compute" },
        policyRule: sizePolicyRule,
      },
      { parent: this },
    );
    const assignment = new authorization.PolicyAssignment(
      `${name}-assignment`,
      {
        policyAssignmentName: `confidential-${unique}`,
        displayName: "Machines have a TEE",
        policyDefinitionId: definition.id,
        scope: args.resourceGroupId,
        enforcementMode: "Default",
        nonComplianceMessages: [{ message: "Machines here have a TEE: take a size of a confidential series." }],
      },
      { parent: this },
    );
    this.assignmentId = assignment.id;
    this.registerOutputs({ assignmentId: this.assignmentId });
  }
}
