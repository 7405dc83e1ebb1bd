import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { UserError, runMain } from "../ui";
import { licenceProblems, licencesPage } from "./licencesPage";
import { npmPackages } from "./npmPackages";

/** `npm run licences`: writes docs/licences.md, or says which licence nobody allowed. */
async function main(): Promise<void> {
  const root = resolve(__dirname, "../..");
  const packages = npmPackages(root);
  const problems = licenceProblems(packages);
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  const filepath = join(root, "docs/licences.md");
  writeFileSync(filepath, await format(licencesPage(packages), { ...(await resolveConfig(filepath)), filepath }));
  console.log(`${packages.length} packages; docs/licences.md is written.`);
}

void runMain(main);
