import type { IsolationUnit } from "../../policies/isolation";
import { appliesTo } from "../../policies/isolation";
import type { Pillar } from "../../policies/rule";
import { pillars, tenants } from "../../policies/rule";
import type { Change, Direction } from "./change";
import { unique } from "./text";
import type { ReviewedRule } from "./types";

type IsolationChange = Omit<Change, "subject" | "location">;

/**
 * A stack that turns from pods to nodes is asked less of, and trusts kubelet and the cluster's administrators: said in
 * each pillar that loses rules, and to each party that they protect.
 */
export function compareIsolation(base: unknown, head: unknown, rules: readonly ReviewedRule[]): IsolationChange[] {
  const [before, after] = [unitOf(base), unitOf(head)];
  if (before === after) return [];
  const direction: Direction = after === "node" ? "weaker" : "stronger";
  const sentence =
    after === "node"
      ? "isolationUnit: node instead of pod: kubelet, all pods of a node and the cluster's administrators are inside the TEE"
      : "isolationUnit: pod instead of node: each pod is a TEE of its own";
  const say = (pillar: Pillar, protects: Change["protects"], text: string): IsolationChange => ({
    kind: "isolation",
    direction,
    pillar,
    protects,
    text,
  });
  const lost = rules.filter((rule) => !appliesTo(rule, "node"));
  return [
    say("hardware", tenants, sentence),
    ...pillars.flatMap((pillar) => {
      const here = lost.filter((rule) => rule.pillar === pillar);
      if (here.length === 0) return [];
      const protects = unique(here.flatMap((rule) => [...rule.protects]));
      const asked = after === "node" ? "no longer asked" : "asked now";
      return [say(pillar, protects as Change["protects"], `isolationUnit: ${here.length} rules are ${asked}`)];
    }),
  ];
}

/** Left out, it is the pod; what is neither is refused by the stack's preview. */
export function unitOf(value: unknown): IsolationUnit {
  return value === "node" ? "node" : "pod";
}
