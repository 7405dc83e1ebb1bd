import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { UserError, runMain } from "../ui";
import { problemsOfFile, ruleFiles } from "./ruleFiles";
import { rulesIndex } from "./rulesIndex";
import { writeIfChanged } from "./write";

const root = resolve(__dirname, "../..");

/**
 * `npm run docs`: what is made from rules and other data and stands in the repository, in step with them by a test. The list of
 * rules comes first, since everything else is made from it.
 */
async function main(): Promise<void> {
  await checkRuleFiles(join(root, "policies/rules"));
  const index = join(root, "policies/rules/index.ts");
  const written = [await write(index, rulesIndex(join(root, "policies/rules")))];
  const { generatedPages } = await import("./pages.js");
  const pages = generatedPages();
  mkdirSync(join(root, "docs/rules"), { recursive: true });
  for (const file of readdirSync(join(root, "docs/rules")))
    if (!pages.has(`docs/rules/${file}`)) rmSync(join(root, "docs/rules", file));
  for (const [path, text] of pages) written.push(await write(join(root, path), text));
  console.log(
    `${written.length} files made from rules and other data, ${written.filter(Boolean).length} of them changed`,
  );
}

/** Before anything is written: with a rule that cannot be read, nothing that imports the list would start. */
async function checkRuleFiles(directory: string): Promise<void> {
  const problems: string[] = [];
  for (const file of ruleFiles(directory)) {
    const exported = (await import(join(directory, file.pillar, `${file.name}.ts`))) as Record<string, unknown>;
    problems.push(...problemsOfFile(file, exported));
  }
  if (problems.length > 0) throw new UserError(problems.join("\n  "), "docs/writing-rules.md has an example.");
}

async function write(path: string, text: string): Promise<boolean> {
  return writeIfChanged(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

void runMain(main);
