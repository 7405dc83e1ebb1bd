import { ConfigurationError } from "../config/errors";
import type { InfrastructureConfig } from "../config/factory";
import type { Gcp } from "../config/gcp";
import type { CloudNodes } from "./nodes";

/** A provider's confidential nodes on Google Cloud, and what they need around them. */
export function gcpNodes(_config: InfrastructureConfig, _gcp: Gcp): Promise<CloudNodes> {
  throw new ConfigurationError(["trustfoundry:providers: gcp is not built yet"]);
}
