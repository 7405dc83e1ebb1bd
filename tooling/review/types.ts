import type { Release } from "../../components/workload/release";
import type { Exception } from "../../policies/exceptions";
import type { IsolationUnit } from "../../policies/isolation";
import type { Level, Party, Pillar, Platform, Severity } from "../../policies/rule";

/** A rule as the pack of one side has it. */
export interface ReviewedRule {
  readonly id: string;
  readonly title: string;
  readonly pillar: Pillar;
  readonly severity: Severity;
  readonly level: Level;
  readonly protects: readonly Party[];
  readonly platforms: readonly Platform[];
  readonly isolationUnit?: IsolationUnit;
  readonly url: string;
}

/** One thing that a rule has against a resource. */
export interface Violation {
  readonly rule: string;
  readonly level: Level;
  readonly type: string;
  readonly resource: string;
  /** Property path, as rules report it. */
  readonly path: string;
  /** What is wrong, with the value where it may be shown. */
  readonly message: string;
}

/** A rule that could not be judged, since only `up` will know a value. */
export interface NotYetKnown {
  readonly rule: string;
  readonly type: string;
  readonly resource: string;
  readonly path: string;
}

export interface ReviewedResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A violation that an exception lets pass. */
export interface ExceptionUse {
  readonly rule: string;
  readonly resource: string;
  readonly path: string;
}

/** What the engine said about one stack; a rehearsal's file makes several of them. */
export interface StackView {
  /** `prod`, or `rehearsal/trust`. */
  readonly name: string;
  /** Why there is no preview, or why it stopped: complete sentences, most of them with a place in the configuration. */
  readonly refusals: readonly string[];
  readonly violations: readonly Violation[];
  readonly notYetKnown: readonly NotYetKnown[];
  readonly exceptionUses: readonly ExceptionUse[];
  readonly resources: readonly ReviewedResource[];
}

/** One Pulumi.<stack>.yaml on one side. */
export interface FileView {
  /** Relative to the project, with forward slashes. */
  readonly file: string;
  readonly text: string;
  /** Settings that are encrypted: a review has not seen them. */
  readonly unseen: readonly string[];
  readonly exceptions: readonly Exception[];
  /** Releases that the file declares, or that were handed over; by name. */
  readonly releases: readonly Release[];
  /** Whose signatures releases need, where the file says so. */
  readonly signers: unknown;
  /** What one TEE isolates, as the file says it. */
  readonly isolationUnit: unknown;
  /** The whole file as its side's schema reads it, with defaults; undefined where that refuses it. */
  readonly settings: unknown;
  readonly stacks: readonly StackView[];
}

/** A plain Kubernetes object of a manifest, with the place of its text. */
export interface ManifestObject extends ReviewedResource {
  readonly file: string;
  /** Which document of the file, from 0. */
  readonly document: number;
  /** Path of the object in its document: empty, or that of an item of a `List`. */
  readonly at: readonly (string | number)[];
}

export interface ManifestView {
  readonly objects: readonly ManifestObject[];
  /** Texts by file, to find lines in. */
  readonly texts: Readonly<Record<string, string>>;
  readonly refusals: readonly { readonly file: string; readonly line: number; readonly problem: string }[];
  readonly violations: readonly (Violation & Pick<ManifestObject, "file" | "document" | "at">)[];
}

/** Base or head, seen whole. */
export interface SideView {
  readonly label: string;
  readonly files: readonly FileView[];
  readonly manifests: ManifestView;
  readonly rules: readonly ReviewedRule[];
}
