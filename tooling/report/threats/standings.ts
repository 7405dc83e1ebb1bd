import { tokens } from "../../../components/tokens";
import type { Facts, ReleaseFacts, SiteFacts, TrustFacts } from "../facts";
import { has } from "../facts";

/** What a control is asked about: one release at one place, or the place where there are none. */
export interface Subject {
  readonly facts: Facts;
  readonly site: SiteFacts;
  readonly release?: ReleaseFacts;
}

/** `unknown`: the stack that would tell was not read. Only what is in force is ever claimed. */
export type Standing = { readonly is: "inForce" } | { readonly is: "absent" | "unknown"; readonly because: string };

export const inForce: Standing = { is: "inForce" };
export const absent = (because: string): Standing => ({ is: "absent", because });
export const unknown = (because: string): Standing => ({ is: "unknown", because });
export const when = (holds: boolean, because: string): Standing => (holds ? inForce : absent(because));

export const noTrust = "the model owner's stack was not read, or not whole";
export const noRelease = "no release was read";
export const noInfrastructure = "the provider's infrastructure stack was not read, or not whole";

/** Of what the key broker compares: in force where the release's own block stands in its policy. */
export function pinned({ release }: Subject): Standing {
  if (!release) return unknown(noRelease);
  if (release.pinned === undefined) return unknown(noTrust);
  return when(release.pinned, "the key broker's policy has no block with the release's values");
}

export const ofRelease =
  (holds: (release: ReleaseFacts["release"]) => boolean, because: string) =>
  ({ release }: Subject): Standing =>
    release ? when(holds(release.release), because) : unknown(noRelease);

export const both =
  (...parts: readonly ((subject: Subject) => Standing)[]) =>
  (subject: Subject): Standing =>
    parts.map((part) => part(subject)).find(({ is }) => is !== "inForce") ?? inForce;

export const broker = ({ facts }: Subject): TrustFacts | undefined =>
  facts.trust.find(({ kind }) => kind === "keyBroker");
export const ofBroker = (subject: Subject): Standing => (broker(subject) ? inForce : unknown(noTrust));

/** Keys of nodes and of machines: of the owner's broker for such nodes, or of a cloud for its own. */
export function gated({ facts }: Subject): Standing {
  if (facts.trust.length === 0) return unknown(noTrust);
  const keys = facts.trust.some(
    ({ kind, stack: { config } }) => kind === "cloudKeys" || (config.role === "trust" && config.nodes.length > 0),
  );
  return when(keys, "nothing that was read gives keys to such nodes or machines");
}

export const ofInfrastructure =
  (holds: (site: SiteFacts) => boolean, because: string) =>
  ({ site }: Subject): Standing =>
    site.infrastructure ? when(holds(site), because) : unknown(noInfrastructure);

export const machines = [
  tokens.azureConfidentialNodePool,
  tokens.azureConfidentialVm,
  tokens.gcpConfidentialNodePool,
  tokens.gcpConfidentialVm,
  tokens.gcpConfidentialSpace,
];
export const hasMachines = ofInfrastructure(
  ({ infrastructure }) => has(infrastructure, ...machines),
  "no confidential machine or node pool is placed",
);

export function deniesByDefault({ infrastructure, namespace }: SiteFacts): boolean {
  return (infrastructure?.resources ?? []).some(({ type, inputs }) => {
    if (!type.endsWith(":NetworkPolicy")) return false;
    const { metadata = {}, spec = {} } = inputs as Record<string, Record<string, unknown>>;
    const selector = (spec.podSelector ?? {}) as Record<string, unknown>;
    const directions = Array.isArray(spec.policyTypes) ? spec.policyTypes : [];
    return (
      metadata.namespace === namespace &&
      Object.keys(selector).length === 0 &&
      ["Ingress", "Egress"].every((direction) => directions.includes(direction)) &&
      spec.ingress === undefined &&
      spec.egress === undefined
    );
  });
}
