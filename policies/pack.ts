import type { Level, Rule } from "./rule";

/** A selection of rules, each with its level. */
export interface Pack {
  /** Name of the pack, trustfoundry-<directory>. */
  readonly name: string;
  /** For whom the pack is, in one sentence. */
  readonly description: string;
  /** What an exception does that has expired or names no rule. */
  readonly exceptionLevel: Level;
  readonly selection: readonly { readonly rule: Rule; readonly level: Level }[];
}

/** Names of the packs, each a directory of `packs/`. */
export const packNames = ["baseline", "strict", "audit"] as const;
export type PackName = (typeof packNames)[number];

/** What a pack makes of a violation of the rule. */
export function levelIn(pack: PackName, rule: Rule): Level {
  if (pack === "strict") return "mandatory";
  return pack === "audit" ? "advisory" : (rule.baseline ?? "mandatory");
}

export function packOf(pack: PackName, description: string, rules: readonly Rule[]): Pack {
  return {
    name: `trustfoundry-${pack}`,
    description,
    exceptionLevel: pack === "audit" ? "advisory" : "mandatory",
    selection: rules.map((rule) => ({ rule, level: levelIn(pack, rule) })),
  };
}
