import { createRequire } from "node:module";

type Unpack = (properties: object, proxySecrets: boolean) => unknown;

/** The module through which the policy SDK (@pulumi/policy 1.20.0, server.js) unpacks what the engine sends. */
interface Unpacking {
  deserializeProperties: Unpack;
}

/**
 * The SDK unpacks a resource's properties anew for each rule, which took most of a pack's time. Rules only read, so that
 * one copy of what one message holds serves all of them. Remediations, which write, are given copies of their own.
 */
export function unpackOnce(): void {
  // The module itself, which the SDK asks at each use: an import would be a copy.
  const module = createRequire(__filename)("@pulumi/policy/deserialize") as Unpacking;
  const unpack = module.deserializeProperties;
  const unpacked = new WeakMap<object, unknown>();
  module.deserializeProperties = (properties, proxySecrets) => {
    if (proxySecrets) return unpack(properties, proxySecrets);
    const known = unpacked.get(properties);
    if (known !== undefined) return known;
    const value = unpack(properties, proxySecrets);
    unpacked.set(properties, value);
    return value;
  };
}
