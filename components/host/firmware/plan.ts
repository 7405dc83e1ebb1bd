import type { CpuTee } from "../hardware";

/** How a TDX host gets its PCK certificates: by its operator's own tools, or by its firmware, which asks Intel itself. */
export const registrations = ["in-band", "direct"] as const;
export type Registration = (typeof registrations)[number];

/** What a firmware attribute can hold, as Redfish and Intersight have it. */
export type AttributeValue = string | number | boolean;

/**
 * How an attribute is found in a machine's own registry, which comes before any name of ours: names differ by model and
 * firmware. Names are tried in order; where none is there, display names are searched for, and only one hit counts.
 */
export interface AttributeSearch {
  /** Exact names of attributes, the likeliest first. */
  readonly names: readonly string[];
  /** Words that all stand in the display name, whatever their case; for machines whose names nobody published. */
  readonly displayName?: readonly string[];
  /** Words none of which stands in the display name: "SEAM" tells TDX's loader from TDX. */
  readonly notDisplayName?: readonly string[];
}

/** Which machines a setting is for, by the names that their registry has; never by their model's name. */
export interface RegistryCondition {
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
}

/** One attribute to set, and what counts as set. */
export interface FirmwareSetting {
  /** What it is about, the same with every vendor: `tdx`, `memory-encryption`, `sgx-factory-reset`. */
  readonly id: string;
  readonly find: AttributeSearch;
  /** Values that do, the wanted one first: it is written where the machine's registry allows it, else the next. */
  readonly values: readonly AttributeValue[];
  /** A number at or above which any value does, in place of equality: a split of keys that is not 0. */
  readonly atLeast?: number;
  /** Left out on machines whose registry does not have, or has, these names: variants of one vendor. Default: for all. */
  readonly where?: RegistryCondition;
  /** Left alone, with a note, where the machine does not have it. Default false: its absence stops the plan. */
  readonly optional?: boolean;
  /** Set once in the machine's life under this plan, and never again, whatever it reads back as. */
  readonly once?: boolean;
  /** Ids of settings of earlier stages that have to be applied before this one can be written. */
  readonly after?: readonly string[];
  readonly note?: string;
  /** Where name and value are from, and how well that is founded; for reading, nothing is decided by it. */
  readonly source?: string;
  readonly grade?: SourceGrade;
}

/**
 * `vendor`: the vendor's own documentation or code. `community`: others ran it on real machines. `unverified`: seen, never
 * shown to work, or a display name that is searched for. The machine's own registry has the last word on all of them.
 */
export const sourceGrades = ["vendor", "community", "unverified"] as const;
export type SourceGrade = (typeof sourceGrades)[number];

/** Settings that are staged together and applied by one restart. */
export interface FirmwareStage {
  readonly title: string;
  readonly settings: readonly FirmwareSetting[];
  /** What applies them. `none`: the vendor's service does so by itself (Intersight deploys a profile). */
  readonly appliedBy: "restart" | "none";
}

/** Vendor's way to set firmware: staged attributes of one machine, or a policy of a service that deploys it. */
export const firmwareProtocols = ["redfish", "intersight"] as const;
export type FirmwareProtocol = (typeof firmwareProtocols)[number];

/**
 * What has to be done to one host's firmware before its CPU's TEE works, in order. Data: nothing here has touched a
 * machine. The same host and vendor give the same plan.
 */
export interface FirmwarePlan {
  /** Kubernetes node name of the host. */
  readonly host: string;
  readonly vendor: string;
  readonly protocol: FirmwareProtocol;
  readonly tee: CpuTee;
  /** TDX alone: a choice, since firmware that registers by itself consumes what the operator's own tools would need. */
  readonly registration?: Registration;
  readonly stages: readonly FirmwareStage[];
  /** What to look at on the host afterwards, each a sentence with the command and what it has to say. */
  readonly checks: readonly string[];
  /** What is known badly or not at all, and what is left to the vendor. */
  readonly notes: readonly string[];
}
