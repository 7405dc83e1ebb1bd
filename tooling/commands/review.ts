import { realpathSync } from "node:fs";
import type { Command } from "commander";
import { projectOf } from "../project";
import { checkout, ensureToolchain } from "../toolchain/ensure";
import { exitCodes, outcomeOf } from "../review/outcome";
import { UserError } from "../ui";

interface Options {
  readonly base: string;
  readonly head?: string;
  readonly stack?: readonly string[];
  readonly manifests?: readonly string[];
  readonly pack: string;
  readonly output: string;
  readonly today: string;
}

/** `review`: what a pull request makes weaker and stronger, as a comment, SARIF and JUnit. */
export function addReviewCommand(root: Command, signal: AbortSignal): void {
  root
    .command("review")
    .description(
      "Previews base and head without a cluster and without secrets, by a policy pack, and says what becomes weaker and stronger.",
    )
    .requiredOption("--base <commit or folder>", "what head is compared with, e.g. origin/main")
    .option("--head <commit or folder>", "default: the working tree")
    .option("--stack <name...>", "stacks to look at; default: every Pulumi.<stack>.yaml of base and head")
    .option("--manifests <path...>", "plain Kubernetes YAML, files or folders within the project")
    .option("--pack <name>", "baseline, strict or audit", "baseline")
    .option("--output <folder>", "where review.md, review.sarif and review.xml go", "review")
    .option("--today <day>", "what exceptions are dated against, as YYYY-MM-DD", new Date().toISOString().slice(0, 10))
    .addHelpText(
      "after",
      "\nEnds with 0: nothing weaker; 1: bad input; 2: head is refused (violations, or a configuration that does not hold); 3: weaker, without violations.",
    )
    .action(async ({ base, head, stack = [], manifests = [], pack, output, today }: Options) => {
      requireCheckout(process.cwd());
      // All rules and the engine's client, which no other command has to wait for.
      const { review, writeReports } = await import("../review/review.js");
      const { pulumiRoot, binDir } = await ensureToolchain({ groups: ["engine"], signal });
      const result = await review({
        repository: checkout,
        base,
        head,
        stacks: stack,
        manifests,
        pack,
        engine: { pulumiRoot, binDir },
        today,
        signal,
        onProgress: (what) => console.log(`Previewing ${what} …`),
      });
      const written = writeReports(output, result);
      const outcome = outcomeOf(result);
      console.log(`${headlines[outcome]} Written: ${written.join(", ")}`);
      process.exitCode = exitCodes[outcome];
    });
}

/** A generated project's presets are read by no review; the package that it installed would be reviewed in its place. */
export function requireCheckout(folder: string): void {
  const project = projectOf(folder);
  if (realpathSync(project) !== realpathSync(checkout))
    throw new UserError(
      `A review compares states of Trustfoundry's own repository, and ${project} is a project of its own; nothing was looked at.`,
      "Preview each stack with a policy pack instead: pulumi preview --policy-pack node_modules/trustfoundry/policies/packs/strict",
    );
}

const headlines = {
  nothingWeaker: "Nothing becomes weaker.",
  violations: "Head is refused.",
  weaker: "Head is weaker than base.",
} as const;
