import type { StackValidationPolicy } from "@pulumi/policy";
import type { RuleText } from "./rule";

/** What one TEE isolates: a pod, by Kata on bare metal, or a confidential node of a cloud with all its pods. */
export const isolationUnits = ["pod", "node"] as const;
export type IsolationUnit = (typeof isolationUnits)[number];

type Scoped = Pick<RuleText, "platforms" | "isolationUnit">;

/**
 * Whether a rule is asked about a stack of this isolation unit. Where nobody says `node`, every rule is, but for those
 * about nodes that are TEEs themselves. With `node`, those are left out that make sense on bare metal only: they would
 * refuse what is right.
 */
export function appliesTo({ platforms, isolationUnit }: Scoped, unit: IsolationUnit | undefined): boolean {
  if (isolationUnit !== undefined) return isolationUnit === unit;
  return unit !== "node" || platforms.some((platform) => platform !== "bareMetal");
}

/** Why it is not asked, for the engine's report. */
export function leftOutBecause(unit: IsolationUnit | undefined): string {
  return unit === "node" ? "isolation unit node" : "isolation unit pod";
}

/**
 * The isolation unit as the engine hands a stack's configuration to a policy pack: PULUMI_CONFIG, an object of strings.
 * Throws one sentence where it is none: fewer rules are asked of nodes, so nothing but the word itself may say so.
 */
export function isolationUnitFrom(pulumiConfig: string | undefined): IsolationUnit | undefined {
  if (!pulumiConfig) return undefined;
  const setting = (JSON.parse(pulumiConfig) as Record<string, unknown>)[settingName];
  if (setting === undefined) return undefined;
  const unit = isolationUnits.find((known) => known === setting);
  if (!unit) throw new Error(`${settingName}: is neither pod nor node; write one of them`);
  return unit;
}

const settingName = "trustfoundry:isolationUnit";

/** Name of the policy that says it. */
export const isolationNotice = "isolation-unit";

/** Said at every preview of such a stack, whoever's program it is: a switch that nobody sees would be an attacker's. */
export function nodeNotice(rules: readonly Scoped[]): StackValidationPolicy {
  const leftOut = rules.filter((rule) => !appliesTo(rule, "node")).length;
  return {
    name: isolationNotice,
    description:
      "The isolation unit is the node: kubelet, all its pods and the cluster's administrators are inside the TEE.",
    enforcementLevel: "advisory",
    severity: "medium",
    validateStack: (_, report) =>
      report(
        `${settingName}: node: ${leftOut} of ${rules.length} rules are about guests of single pods on bare metal, and are not asked of this stack`,
      ),
  };
}
