import type { StackConfig } from "../../stacks/config/load";
import type { Account } from "./cloud";

/** Whose account a stack's resources go to. */
export function accountOf(config: StackConfig): Account {
  const { azure, gcp } = cloudOf(config) ?? {};
  return {
    ...(azure && { subscriptionId: azure.subscriptionId, tenantId: azure.tenantId, region: azure.region }),
    ...(gcp && { project: gcp.project, projectNumber: gcp.projectNumber, region: gcp.region }),
  };
}

function cloudOf(config: StackConfig) {
  switch (config.role) {
    case "infrastructure":
      return config.providers.find(({ name }) => name === config.provider);
    case "keys":
      return config;
    default:
      return undefined;
  }
}
