import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { runMain } from "../ui";
import { writeIfChanged } from "./write";
import { rulesIndex } from "./rulesIndex";

const root = resolve(__dirname, "../..");

/**
 * `npm run docs`: what is made from the rules and stands in the repository, in step with them by a test. The list of
 * rules comes first, since everything else is made from it.
 */
async function main(): Promise<void> {
  const index = join(root, "policies/rules/index.ts");
  const written = [await write(index, rulesIndex(join(root, "policies/rules")))];
  const { generatedPages } = await import("./pages.js");
  const pages = generatedPages();
  mkdirSync(join(root, "docs/rules"), { recursive: true });
  for (const file of readdirSync(join(root, "docs/rules")))
    if (!pages.has(`docs/rules/${file}`)) rmSync(join(root, "docs/rules", file));
  for (const [path, text] of pages) written.push(await write(join(root, path), text));
  console.log(`${written.length} files made from the rules, ${written.filter(Boolean).length} of them changed`);
}

async function write(path: string, text: string): Promise<boolean> {
  return writeIfChanged(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

void runMain(main);
