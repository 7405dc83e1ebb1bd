import type { Rule } from "./rule";

/** What a violation does: refuse the update, or warn. */
export type Level = "mandatory" | "advisory";

/** A selection of rules, each with its level. */
export interface Pack {
  /** Name of the pack, trustfoundry-<directory>. */
  readonly name: string;
  /** For whom the pack is, in one sentence. */
  readonly description: string;
  readonly selection: readonly { readonly rule: Rule; readonly level: Level }[];
}
