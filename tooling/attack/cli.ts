import { Command, InvalidArgumentError } from "commander";
import { rules } from "../../policies/rules";
import { nearest } from "../../stacks/config/errors";
import { duration, runMain } from "../ui";
import { run } from "./run";
import { allProblems, attackNotice, closing, resultTable, throughLines } from "./screen";

const ids = rules.map(({ id }) => id);

function knownRule(text: string, before: readonly string[]): string[] {
  if (ids.includes(text)) return [...before, text];
  const near = nearest(text, ids);
  throw new InvalidArgumentError(near ? `Did you mean ${near}?` : "docs/policies.md has the list.");
}

void runMain(async (signal) => {
  const { without } = new Command("npm run attack --")
    .description(
      "Tries realistic attacks against rules, packs and admission policies, for real. Exit code 1 if one gets through.",
    )
    .option("--without <rule>", "take a rule out, to see what then gets through; may be repeated", knownRule, [])
    .parse()
    .opts<{ without: string[] }>();
  const started = Date.now();
  console.log(`${attackNotice}\n`);
  const outcome = await run({ without, signal });
  console.log(`\n${resultTable(outcome)}`);
  const through = throughLines(outcome);
  if (through.length > 0) console.log(`\nGot through:\n${through.join("\n")}`);
  const problems = allProblems(outcome);
  if (problems.length > 0)
    console.log(`\nNot as it has to be:\n${problems.map((problem) => `  ✗ ${problem}`).join("\n")}`);
  console.log(`\n${closing(outcome)} (${duration((Date.now() - started) / 1000)})`);
  if (problems.length > 0) process.exitCode = 1;
});
