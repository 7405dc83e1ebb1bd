/**
 * What a provider accepts of one tenant, as its API server reads it: a ConfigMap a tenant, in a namespace of the
 * provider's own, which ValidatingAdmissionPolicies take as `params`. Bind one policy a tenant (namespaceSelector on
 * `kubernetes.io/metadata.name`, paramRef with the tenant's namespace as name, parameterNotFoundAction Deny): a tenant
 * without parameters may then place nothing.
 */

/** Namespace of the ConfigMaps. No tenant and no deployer has rights in it. */
export const admissionNamespace = "trustfoundry-admission";

/** A ConfigMap takes 1 MiB, which 14,000 digests fill; the API server compares so many within its cost limit for CEL. */
export const mostAcceptedImages = 10_000;

export interface AcceptanceParameters {
  /** The tenant's namespace; the ConfigMap's name, too. */
  readonly tenant: string;
  /** Registries or parts of them, `nvcr.io/nim`; an image has to lie below one. */
  readonly registries: readonly string[];
  /** Digests of images that were accepted, `sha256:…`. */
  readonly images: readonly string[];
  /** Ranges that the tenant's pods may reach, on 443: key broker, verifier, registries. */
  readonly egressRanges: readonly string[];
  /** Whether the tenant's pods have to select, and alone may tolerate, hosts of the tenant's own. */
  readonly dedicatedNodes: boolean;
  /** Priority classes that the tenant's pods may name. None: pods name no class. */
  readonly priorityClasses: readonly string[];
}

/**
 * Keys of the ConfigMap. CEL reads a list with `params.data.<key>.split("\n")`, in which an empty list is one empty text:
 * let no expression accept that. All keys are always there, and a missing one is an error, which denies.
 */
export const parameterKeys = [
  "tenant",
  "registries",
  "images",
  "egressRanges",
  "dedicatedNodes",
  "priorityClasses",
] as const satisfies readonly (keyof AcceptanceParameters)[];

/** The ConfigMap's data: lists sorted, one item a line; booleans as `true` and `false`. */
export function parameterData(parameters: AcceptanceParameters): Record<(typeof parameterKeys)[number], string> {
  const lines = (items: readonly string[]) => [...new Set(items)].sort().join("\n");
  return {
    tenant: parameters.tenant,
    registries: lines(parameters.registries),
    images: lines(parameters.images),
    egressRanges: lines(parameters.egressRanges),
    dedicatedNodes: String(parameters.dedicatedNodes),
    priorityClasses: lines(parameters.priorityClasses),
  };
}
