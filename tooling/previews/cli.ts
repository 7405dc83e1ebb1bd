import { Command } from "commander";
import { ensureToolchain } from "../toolchain/ensure";
import { runMain, UserError } from "../ui";
import { findBaseline, linkPackages, treeOf } from "./baseline";
import { previewAll } from "./run";
import { subjectsOf } from "./subjects";

/** `npm run previews [-- name...]`: what today's programs would take away from states of the last release's. */
void runMain(async (signal) => {
  const root = new Command("npm run previews --")
    .description("Bring every sample up by the last release's programs, SIMULATED, and preview it by today's.")
    .argument("[name...]", "stacks, e.g. factory/trust azure-aks; default: all")
    .action(async (names: string[]) => {
      const baseline = findBaseline();
      if ("missing" in baseline) throw new UserError(`No states can be made: ${baseline.missing}.`);
      const former = await treeOf(baseline);
      linkPackages(former);
      const { binDir, pulumiRoot } = await ensureToolchain({ groups: ["engine"], signal });
      const all = await subjectsOf(former);
      const subjects =
        names.length === 0
          ? all
          : all.filter(({ name }) => names.some((each) => name === each || name.startsWith(`${each}/`)));
      if (subjects.length === 0)
        throw new UserError(`There is no such sample.`, `Write ${all.map(({ name }) => name).join(", ")}.`);
      console.log(`From the states of ${baseline.why}. SIMULATED: clouds and clusters are stood in for.\n`);
      const { unintended, needless } = await previewAll({
        former,
        subjects,
        engine: { binDir, pulumiRoot },
        tell: (name, said) => console.log(`  ${name}: ${said}`),
      });
      for (const { subject, type, name } of names.length === 0 ? needless : [])
        console.log(`  allowed.json names ${type} ${name} of ${subject}, and nothing of it changes: take it out`);
      if (unintended.length > 0)
        throw new UserError(
          "Today's programs would take away what the last release placed:",
          "Keep names and immutable properties, or give the reason in tooling/previews/allowed.json.",
          unintended,
        );
      console.log(
        `\n${subjects.length} stacks: nothing would be replaced or deleted that is not named in allowed.json.`,
      );
    });
  await root.parseAsync(process.argv.slice(2), { from: "user" });
});
