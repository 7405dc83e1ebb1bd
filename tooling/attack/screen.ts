import Table from "cli-table3";
import { attackers } from "../../attacks/attack";
import { pillars } from "../../policies/rule";
import type { Pillar } from "../../policies/rule";
import { decorations, problemsOf, refusers } from "./matrix";
import type { Outcome } from "./run";

const titles: Readonly<Record<Pillar, string>> = {
  hardware: "Hardware root of trust",
  runtime: "Kata Containers",
  guest: "Hardened guest",
  attestation: "Attestation and key services",
  images: "Encrypted and signed images",
  cluster: "Kubernetes and the GPU Operator",
};

/** Said on every screen. */
export const attackNotice =
  "Real: rules, packs, engine, Kubernetes provider, API server, schema of the configuration.\n" +
  "SIMULATED: no TEE, no cloud, no registry. Charts and cloud resources go through a stand-in provider that takes all inputs;\n" +
  "policies see the same from it. Attacks are previews and dry runs: nothing is ever placed.";

/** What is not as it has to be, as sentences; none for a good run. */
export function allProblems(outcome: Outcome): string[] {
  const { results, falseAlarms, problems, removed, rules } = outcome;
  const idle =
    removed.length > 0
      ? []
      : decorations(
          rules.map(({ id }) => id),
          results,
        );
  return [
    ...results.flatMap((result) => problemsOf(result, removed).map((problem) => `${result.attack.id} ${problem}`)),
    ...falseAlarms.map((alarm) => `false alarm: ${alarm}`),
    ...problems,
    ...idle.map((rule) => `${rule} is decoration: no attack is refused by it alone`),
  ];
}

/** One row a pillar: what was tried against its rules, and what refused it. */
export function resultTable({ rules, results, removed }: Outcome): string {
  const table = new Table({
    head: [
      "pillar",
      "rules",
      "attacks",
      "refused at preview",
      "refused at the API server",
      "rules that alone refuse some",
    ],
    colAligns: ["left", "right", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const pillar of pillars) {
    const own = rules.filter((rule) => rule.pillar === pillar).map(({ id }) => id);
    const tried = results.filter(({ attack }) => own.includes(attack.rule));
    const refused = (found: (readonly string[] | undefined)[]) => {
      const there = found.filter((ids) => ids !== undefined);
      return `${there.filter((ids) => ids.length > 0).length} of ${there.length}`;
    };
    const needed = own.length - (removed.length > 0 ? own.length : decorations(own, results).length);
    table.push([
      titles[pillar],
      own.length,
      tried.length,
      refused(tried.map(({ preview }) => preview)),
      refused(tried.map(({ admission }) => admission)),
      removed.length > 0 ? "–" : `${needed} of ${own.length}`,
    ]);
  }
  return table.toString();
}

/** Attacks that got through, with who does them and what they come to. */
export function throughLines({ results }: Outcome): string[] {
  return results
    .filter(({ preview, admission }) => preview?.length === 0 || admission?.length === 0)
    .map(({ attack: { id, attacker, threat }, preview, admission }) => {
      const where = [...(preview?.length === 0 ? ["preview"] : []), ...(admission?.length === 0 ? ["admission"] : [])];
      return `  ✗ ${id} (${attackers[attacker]}, at ${where.join(" and ")}): ${threat}`;
    });
}

/** The last lines: figures, and what to do next. */
export function closing(outcome: Outcome): string {
  const { results, removed, configurationRefused, takenOut } = outcome;
  const problems = allProblems(outcome);
  if (removed.length > 0) {
    const through = throughLines(outcome).length;
    return (
      `Without ${removed.join(", ")}: ${through} of ${results.length} attacks that concern it get through.\n` +
      (through > 0
        ? "That is what the rule is for. `npm run attack` runs with all rules."
        : "Others refuse all of them: add an attack that only this rule refuses, or give up the rule.")
    );
  }
  const refused = results.filter((result) => refusers(result).length > 0).length;
  const figures =
    `${refused} of ${results.length} attacks refused by rules, ${configurationRefused} by the configuration's schema; ` +
    `${outcome.falseAlarms.length} false alarms; ${takenOut} rules taken out for a comparison.`;
  return problems.length === 0
    ? `${figures}\nEach rule is the only one that refuses some attack. Next: add yours, see docs/attacks.md.`
    : `${figures}\n${problems.length} things to correct, see above; \`npm run attack -- --without <rule>\` tries what one rule is for.`;
}
