import { location } from "./config/errors";
import type { InfrastructureConfig } from "./config/factory";
import type { Provider } from "./config/providers";
import { providerNamed } from "./config/providers";

type Owned = Pick<InfrastructureConfig, "parties" | "provider" | "providers">;

/** The provider that a stack belongs to, of all that its configuration names. */
export function ownProvider({ provider, providers }: Owned): Provider {
  return providerNamed(provider, providers);
}

/** Where in the configuration something of its own stands: `trustfoundry:providers[0].azure`. */
export function ownLocation(config: Owned, ...path: readonly string[]): string {
  return location(["providers", config.providers.indexOf(ownProvider(config)), ...path]);
}

/** Whose own the nodes are: the tenant's, where the provider accepts its workloads on dedicated nodes; else nobody's. */
export function dedicatedTo(config: Owned): string | undefined {
  return ownProvider(config).acceptance?.dedicatedNodes === true ? config.parties.modelOwner : undefined;
}
