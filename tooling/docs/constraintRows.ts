import type { Fact } from "../../components/host/fact";
import { isHint } from "../../components/host/fact";
import { machineConstraints } from "../../components/host/azure/machineConstraints";
import { poolConstraints, systemPoolConstraints } from "../../components/host/azure/poolConstraints";
import { gcpConstraints } from "../../components/host/gcp/constraints";

interface Named {
  readonly name: string;
  readonly fact: Fact;
}

/** Everything that requests are held to, by what a user calls it. */
const constraints: Readonly<Record<string, readonly Named[]>> = {
  "Azure, machines": machineConstraints,
  "Azure, node pools": poolConstraints,
  "Azure, system pool": systemPoolConstraints,
  "Google Cloud, machines": gcpConstraints.machine,
  "Google Cloud, Confidential Space": gcpConstraints.space,
  "Google Cloud, node pools": gcpConstraints.pool,
  "Google Cloud, cluster": gcpConstraints.cluster,
};

export interface ConstraintRow {
  readonly name: string;
  /** What is held to it. */
  readonly holds: readonly string[];
  readonly facts: readonly Fact[];
  /** What becomes of a departure. */
  readonly departure: "refused" | "warned of" | "refused or warned of";
}

/** Each name once, in their order. */
export function constraintRows(): ConstraintRow[] {
  const all = Object.entries(constraints).flatMap(([holds, list]) => list.map((each) => ({ holds, ...each })));
  const names = [...new Set(all.map(({ name }) => name))].sort();
  return names.map((name) => {
    const of = all.filter((each) => each.name === name);
    const facts = [...new Map(of.map(({ fact }) => [fact.source, fact])).values()];
    const hints = facts.filter(isHint).length;
    const departure = hints === 0 ? "refused" : hints === facts.length ? "warned of" : "refused or warned of";
    return { name, holds: [...new Set(of.map(({ holds }) => holds))], facts, departure };
  });
}
