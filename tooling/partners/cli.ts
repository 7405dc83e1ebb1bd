import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { format, resolveConfig } from "prettier";
import { vendorDirectory } from "../../components/host/firmware/vendors";
import { writeIfChanged } from "../docs/write";
import { runMain } from "../ui";
import { renderedFiles, templatesFolder } from "./templates";

/** `npm run templates`: the templates of hardware vendors, and what all templates have in common, made from data. */
const program = new Command("npm run templates --")
  .description("Makes templates of hardware vendors from their data, and the files that all templates share.")
  .option("--vendors <folder>", "vendors' data", vendorDirectory)
  .option("--templates <folder>", "where templates are", templatesFolder)
  .action(async ({ vendors, templates }: { vendors: string; templates: string }) => {
    const files = Object.entries(renderedFiles(templates, vendors));
    let changed = 0;
    for (const [path, text] of files) {
      const target = join(templates, path);
      mkdirSync(dirname(target), { recursive: true });
      const options = { ...(await resolveConfig(join(templatesFolder, path))), filepath: target };
      if (writeIfChanged(target, await format(text, options))) changed += 1;
    }
    console.log(`${files.length} files of templates made from data, ${changed} of them changed`);
  });

void runMain(async () => {
  await program.parseAsync();
});
