import { Command } from "commander";
import { runMain } from "../ui";
import { ensureToolchain } from "./ensure";
import { toolGroups } from "./pins";

/** `npm run toolchain`: makes all tools and says where each is. */
void runMain(async (signal) => {
  new Command("npm run toolchain")
    .description("Makes sure that every program of the toolchain is there, and lists them.")
    .parse();
  const { tools, binDir } = await ensureToolchain({ groups: toolGroups, signal });
  for (const { name, version, origin, path } of tools)
    console.log(`${name.padEnd(28)} ${version.padEnd(10)} ${origin.padEnd(10)} ${path}`);
  console.log(`\nTo use them in a shell:  export PATH="${binDir}:$PATH"`);
});
