import type { Azure } from "../config/azure";
import { ConfigurationError } from "../config/errors";
import type { InfrastructureConfig } from "../config/factory";
import type { CloudNodes } from "./nodes";

/** A provider's confidential nodes on Azure, and what they need around them. */
export function azureNodes(_config: InfrastructureConfig, _azure: Azure): Promise<CloudNodes> {
  throw new ConfigurationError(["trustfoundry:providers: azure is not built yet"]);
}
