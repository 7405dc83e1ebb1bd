import { resolve } from "node:path";
import type { Command } from "commander";
import { dayOf } from "../commands/report";
import { UserError } from "../ui";
import { everyStack, readRecord, stacksOf } from "./instance";
import { InstancePaths } from "./paths";
import { simulatedNotice } from "./report";

interface Options {
  readonly name: string;
  readonly out: string;
  readonly date?: string;
}

/** `npm run rehearse -- report`: the page about the rehearsed factory, from its stacks' states. Changes nothing. */
export function reportCommand(command: Command): void {
  command
    .option("--out <folder>", "where report.html and report.md go", ".")
    .option("--date <day>", "day that ends are compared with, as YYYY-MM-DD; default: the newest state's")
    .action(async ({ name, out, date }: Options) => {
      const today = dayOf(date);
      const paths = new InstancePaths(name);
      const record = readRecord(paths);
      if (!record) throw new UserError(`There is no rehearsal ${name}.`, "`npm run rehearse` makes one.");
      const stacks = everyStack(stacksOf(paths, record.factory));
      const { readState } = await import("../report/sources/state.js");
      const { writeReport } = await import("../report/write.js");
      const reading = await readState({
        paths: stacks.map(({ place }) => place.directory),
        pack: "baseline",
        ...(today !== undefined && { today }),
      });
      const folder = resolve(out);
      const written = await writeReport(reading, { html: `${folder}/report.html`, markdown: `${folder}/report.md` });
      console.log(`${simulatedNotice}\nWritten: ${written.join(", ")}`);
    });
}
