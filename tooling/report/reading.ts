import type { Release } from "../../components/workload/release";
import type { SignatureFinding } from "../../components/workload/release/signatures";
import type { PackName } from "../../policies/pack";
import type { Level } from "../../policies/rule";
import type { StackConfig } from "../../stacks/config/load";

/** A resource as a state or a preview has it. Secrets in it are sealed, and are shown nowhere. */
export interface ReadResource {
  readonly type: string;
  /** Pulumi name. */
  readonly name: string;
  readonly urn: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** URNs of what it depends on, its parent among them. Of previews nothing is known. */
  readonly dependsOn: readonly string[];
}

/** A release, with as much of its paper as was read. */
export interface ReadRelease {
  readonly release: Release;
  /** SHA-256 of its canonical JSON, hex. */
  readonly digest: string;
  /** Who signed it, by the stack's own signer policy; undefined where only a preview computed it. */
  readonly signatures?: readonly SignatureFinding[];
}

/** What a rule has against a resource, or would have, were it not for an exception. */
export interface PolicyFinding {
  readonly rule: string;
  readonly level: Level;
  readonly resource: string;
  readonly path: string;
  readonly message: string;
}

/** What the rules of a pack came to on one stack. */
export interface PolicyResults {
  /** Rules that found something to look at. */
  readonly applied: readonly string[];
  readonly findings: readonly PolicyFinding[];
  /** Findings that an exception lets pass. */
  readonly borne: readonly Omit<PolicyFinding, "level">[];
  /** Rules that wait for a value which only `up` will know. */
  readonly undecided: readonly { readonly rule: string; readonly resource: string; readonly path: string }[];
}

/** One stack of the factory, as it was read. */
export interface StackReading {
  /** `prod-trust`, or `rehearsal/trust` of a previewed rehearsal. */
  readonly name: string;
  readonly origin: "state" | "preview";
  /** When the state was written last: the state's own words, to the second. */
  readonly asOf?: string;
  readonly config: StackConfig;
  /** Encrypted settings, which nothing here has seen. */
  readonly unseen: readonly string[];
  readonly resources: readonly ReadResource[];
  readonly releases: readonly ReadRelease[];
  readonly policies: PolicyResults;
  /** Why a preview stopped: then the stack was not seen whole. */
  readonly refusals: readonly string[];
}

/** Everything that a report is made of. */
export interface FactoryReading {
  readonly pack: PackName;
  /** Day against which ends are compared, YYYY-MM-DD: given, or the newest state's. Undefined: none are. */
  readonly today?: string;
  readonly stacks: readonly StackReading[];
}
