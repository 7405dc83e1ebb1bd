import { azureConfidentialSeries } from "../offerings";

/*
 * Spelling of the aliases: virtualMachines/sku.name is in Azure/azure-policy, built-in "Allowed virtual machine size SKUs";
 * the others are in public policies of others only, and Azure was not asked. A misspelt alias makes Azure refuse the definition.
 */
const machine = "Microsoft.Compute/virtualMachines";
const scaleSet = "Microsoft.Compute/virtualMachineScaleSets";
const cluster = "Microsoft.ContainerService/managedClusters";

export interface PolicyRule {
  readonly if: Condition;
  readonly then: { readonly effect: "deny" };
}

type Condition =
  | { readonly anyOf: readonly Condition[] }
  | { readonly allOf: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly field: string; readonly equals?: string; readonly notEquals?: string; readonly like?: string }
  | { readonly count: { readonly field: string; readonly where: Condition }; readonly greater: number };

/** Denies machines, scale sets and pools of AKS whose size is of no confidential series, and machines that are not said to be. */
export const sizePolicyRule: PolicyRule = {
  if: {
    anyOf: [
      {
        allOf: [
          { field: "type", equals: machine },
          {
            anyOf: [
              { not: confidential(`${machine}/sku.name`) },
              { field: `${machine}/securityProfile.securityType`, notEquals: "ConfidentialVM" },
            ],
          },
        ],
      },
      { allOf: [{ field: "type", equals: scaleSet }, { not: confidential(`${scaleSet}/sku.name`) }] },
      {
        allOf: [
          { field: "type", equals: `${cluster}/agentPools` },
          { not: confidential(`${cluster}/agentPools/vmSize`) },
        ],
      },
      {
        allOf: [
          { field: "type", equals: cluster },
          {
            count: {
              field: `${cluster}/agentPoolProfiles[*]`,
              where: { not: confidential(`${cluster}/agentPoolProfiles[*].vmSize`) },
            },
            greater: 0,
          },
        ],
      },
    ],
  },
  then: { effect: "deny" },
};

/** `like` takes one asterisk, so there is one pattern for each series. */
function confidential(field: string): Condition {
  return { anyOf: azureConfidentialSeries.map(({ like }) => ({ field, like })) };
}
