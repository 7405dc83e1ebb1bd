import { join, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { projectOf } from "../project";
import { runMain } from "../ui";
import { checkCatalog, lockCatalog, readLock } from "./lock";
import { catalogWanted, imagesWanted, lockedImages, unique } from "./wanted";

interface Options {
  readonly file: string;
  readonly mirror?: string;
  readonly image: readonly string[];
  readonly acceptMoved?: boolean;
}

/** `npm run catalog -- lock | check`: digests of all charts and images, from their registries into catalog.lock. */
function program(signal: AbortSignal): Command {
  const root = new Command("npm run catalog --")
    .description("Digests of all charts and images that are placed: read from registries, typed by nobody.")
    .showSuggestionAfterError();
  const command = (name: string, description: string) =>
    root
      .command(name)
      .description(description)
      .option("--file <path>", "the lock file", join(projectOf("."), "catalog.lock"));
  const say = (line: string) => console.log(line);

  command("lock", "read every digest and write catalog.lock: all of it, or none")
    .option("--mirror <registry>", "OCI registry to take charts from, oci://…", parseMirror)
    .option("--image <reference>", "another image to lock, e.g. a model's; may be repeated", append, [])
    .option("--accept-moved", "accept versions whose content has changed")
    .action(async ({ file, mirror, image, acceptMoved }: Options) => {
      const path = resolve(file);
      const wanted = unique([...catalogWanted(mirror), ...imagesWanted(image), ...lockedImages(readLock(path))]);
      const { pins } = await lockCatalog({ file: path, wanted, acceptMoved, signal, say });
      console.log(`\n${path}: ${Object.keys(pins).length} digests. Commit it: it says what may run.`);
    });
  command("check", "compare catalog.lock with the catalog and with what registries say now").action(
    async ({ file }: Options) => {
      const path = resolve(file);
      const wanted = unique([...catalogWanted(), ...lockedImages(readLock(path))]);
      await checkCatalog({ file: path, wanted, signal, say });
      console.log("\ncatalog.lock is complete, and registries say the same.");
    },
  );
  return root;
}

function parseMirror(value: string): string {
  if (!/^oci:\/\/[^/\s]+/.test(value))
    throw new InvalidArgumentError("Write an OCI registry, e.g. oci://registry.example/charts.");
  return value;
}

const append = (value: string, before: readonly string[]): string[] => [...before, value];

void runMain(async (signal) => {
  await program(signal).parseAsync();
});
