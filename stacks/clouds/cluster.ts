import type { Environment } from "../cluster";
import { ConfigurationError } from "../config/errors";
import type { InfrastructureConfig } from "../config/factory";
import type { Provider } from "../config/providers";
import type { CloudNodes } from "./nodes";

/** What a cloud's cluster needs inside, once there is one: admission policies, driver, a namespace for the tenant. */
export function clusterOfNodes(
  _config: InfrastructureConfig,
  _context: string,
  _provider: Provider,
  _nodes: CloudNodes,
  _environment: Environment,
): Promise<Record<string, unknown>> {
  throw new ConfigurationError(["trustfoundry:cluster: is not built yet"]);
}
