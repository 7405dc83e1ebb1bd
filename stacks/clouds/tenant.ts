import type { InfrastructureConfig } from "../config/factory";

/** Whose own the nodes are: the tenant's, where the provider accepts its workloads on dedicated nodes; else nobody's. */
export function dedicatedTo(config: Pick<InfrastructureConfig, "parties" | "provider" | "providers">) {
  const provider = config.providers.find(({ name }) => name === config.provider);
  return provider?.acceptance?.dedicatedNodes === true ? config.parties.modelOwner : undefined;
}
