import { ConfigurationError } from "./config/errors";
import type { KeysConfig } from "./config/factory";

/** The model owner's keys at a cloud, released by that cloud's own attestation: `keyAuthority: cloud`, by name. */
export function ownerKeys(_config: KeysConfig): Promise<Record<string, unknown>> {
  throw new ConfigurationError(["trustfoundry:role: keys is not built yet"]);
}
