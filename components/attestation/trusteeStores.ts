import type { ResourcePlugin } from "../images/kbsResource";
import type { EvidenceOptions } from "./acceptedEvidence";
import type { AdmittedRelease } from "./admittedRelease";
import { attestationPolicies } from "./attestationPolicies";
import type { NodeAdmission } from "./nodeAdmission";
import { kindsOf } from "./nodeAdmission";
import { referenceValueRecords, referenceValues } from "./referenceValues";
import { resourcePolicy } from "./resourcePolicy";
import { spreadThem, TooManyReleases } from "./tooManyReleases";

/** Files of one directory, by name. */
export type Files = Readonly<Record<string, string>>;

/** What the services decide by: one directory of Trustee's storage each, mounted read-only and alike on every replica. */
export interface TrusteeStores {
  readonly resourcePolicy: Files;
  readonly attestationPolicies: Files;
  readonly referenceValues: Files;
}

/**
 * Every policy and value that Trustee looks for is there, so none of the open ones that it brings along is ever used;
 * the names are those that it looks for (policies as `<id>.rego`: deps/policy-engine/src/policy/rego.rs).
 */
export function trusteeStores(
  releases: readonly AdmittedRelease[],
  accepted: EvidenceOptions,
  referenceValueExpiry: string,
  nodes: readonly NodeAdmission[] = [],
  plugin: ResourcePlugin = "resource",
): TrusteeStores {
  const stores = {
    resourcePolicy: { "resource-policy.rego": resourcePolicy(releases, accepted, nodes, plugin) },
    attestationPolicies: Object.fromEntries(
      Object.entries(attestationPolicies(accepted.verifier, kindsOf(nodes))).map(([id, rego]) => [`${id}.rego`, rego]),
    ),
    referenceValues: referenceValueRecords(referenceValues(releases, accepted, nodes), referenceValueExpiry),
  };
  for (const [name, files] of Object.entries(stores)) requireFitting(name, files, releases.length);
  return stores;
}

/** A ConfigMap takes 1 MiB. */
const limitBytes = 1024 * 1024;

function requireFitting(name: string, files: Files, releases: number): void {
  const bytes = Object.entries(files).reduce((sum, [key, text]) => sum + key.length + Buffer.byteLength(text), 0);
  if (bytes > limitBytes)
    throw new TooManyReleases(
      `${name} of ${releases} releases: ${bytes} bytes, and a ConfigMap takes ${limitBytes}, ${spreadThem}`,
    );
}
