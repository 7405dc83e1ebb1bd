import type { Environment } from "../cluster";
import { ConfigurationError, location } from "../config/errors";
import type { InfrastructureConfig } from "../config/factory";
import type { BareMetalProvider } from "../config/providers";

/** A provider's hosts under OpenShift: the same layers as on Kubernetes, by Red Hat's operators. */
export async function openshiftInfrastructure(
  config: InfrastructureConfig,
  provider: BareMetalProvider,
  environment: Environment,
): Promise<Record<string, unknown>> {
  void config;
  void environment;
  throw new ConfigurationError([`${location(["providers"])} (${provider.name}): OpenShift is not placed yet`]);
}
