import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { BringOptions } from "../bundle/bring";
import type { LockOptions } from "../bundle/run";
import type { VerifyOptions } from "../bundle/verify/run";
import type { AddCommands } from "./cli";

const append = (value: string, before: readonly string[]): string[] => [...before, value];

/** `bundle`: all that a site without a network needs. */
export const addBundleCommands: AddCommands = (root, signal) => {
  const group = root
    .command("bundle")
    .description("all that a site without a network needs: listed by digest, copied, verified (docs/airgap.md)")
    .showSuggestionAfterError();
  addLock(group);
  addScripts(group);
  addCollateral(group, signal);
  addVerify(group);
  addBill(group);
};

function addLock(group: Command): void {
  group
    .command("lock")
    .description(
      "write bundle.lock: charts, images, collateral, npm packages and Go modules of a site, each by its digest",
    )
    .argument("[file]", "the stack's Pulumi.<stack>.yaml; a rehearsal's stands for the whole factory")
    .option("--release <file>", "instead, as a data owner: the release whose guests are verified")
    .option("--evidence <file>", "recorded evidence, which names chips and devices; may be repeated", append, [])
    .option("--accept <name>", "what nothing pins and arrives by other means; may be repeated", append, [])
    .option("--out <file>", "what to write; default: bundle.lock beside Pulumi.yaml")
    .option("--check", "write nothing; say what has changed since it was written")
    .addHelpText("after", "\nEnds with 1 where something is unresolved, or, with --check, not the same any more.")
    .action(async (file: string | undefined, options: LockOptions) => {
      const { lockSite } = await import("../bundle/run.js");
      const { text, complete } = await lockSite(file, options, new Date());
      console.log(text);
      if (!complete) process.exitCode = 1;
    });
}

const lockOption = ["--lock <file>", "the lock; default: bundle.lock beside Pulumi.yaml"] as const;
const registryOption = ["--registry <registry>", "the site's registry, <host>[:<port>][/<path>]"] as const;
const fromOption = ["--from <folder>", "the bundle's folder at the site"] as const;

/** Scripts are printed, for a person to read and run. */
function addScripts(group: Command): void {
  const scripts = group
    .command("script")
    .description("print a script that brings what the lock lists: read it, then run it");
  const printed = (kind: "fetch" | "load" | "mirror") => async (options: BringOptions) => {
    const { bringScript } = await import("../bundle/bring.js");
    process.stdout.write(bringScript(kind, options));
  };
  scripts
    .command("fetch")
    .description("with a network: everything into one folder (oras, helm, npm, go)")
    .option(...lockOption)
    .requiredOption("--into <folder>", "folder of the bundle")
    .action(printed("fetch"));
  scripts
    .command("load")
    .description(
      "at the site: from a folder that `bundle verify` has passed into its registry and npm's cache (oras, helm, npm)",
    )
    .option(...lockOption)
    .requiredOption(...fromOption)
    .requiredOption(...registryOption)
    .action(printed("load"));
  scripts
    .command("mirror")
    .description("where one machine reaches both: from registry to registry (skopeo, oras, helm)")
    .option(...lockOption)
    .requiredOption(...registryOption)
    .action(printed("mirror"));
  group
    .command("settings")
    .description("print what a site says otherwise: settings, registries of hosts, names of guests' images, variables")
    .option(...lockOption)
    .requiredOption(...fromOption)
    .requiredOption(...registryOption)
    .option("--json", "print JSON")
    .action(async (options: BringOptions) => {
      const { settingsOf } = await import("../bundle/bring.js");
      console.log(settingsOf(options));
    });
}

function addCollateral(group: Command, signal: AbortSignal): void {
  group
    .command("collateral")
    .description("with a network: get the vendors' documents that the lock lists")
    .option(...lockOption)
    .requiredOption("--into <folder>", "folder of the documents")
    .addHelpText("after", "\nEnds with 1 where a document was not to be had.")
    .action(async (options: BringOptions) => {
      const { bringCollateral } = await import("../bundle/bring.js");
      const { text, complete } = await bringCollateral(options, signal);
      console.log(text);
      if (!complete) process.exitCode = 1;
    });
}

function addVerify(group: Command): void {
  group
    .command("verify")
    .description("without a network: hold a bundle's folder to the lock; missing, changed and extra files are named")
    .argument("<folder>", "the bundle's folder, from wherever it came")
    .option(
      "--lock <file>",
      "the lock, from this checkout and not from the folder; default: bundle.lock beside Pulumi.yaml",
    )
    .option("--date <day>", "day that the ends of collateral are compared with, YYYY-MM-DD; default: today", parseDay)
    .option("--json", "print JSON")
    .addHelpText("after", "\nEnds with 1 where anything is not as the lock says.")
    .action(async (folder: string, options: VerifyOptions) => {
      const { verifyFolder } = await import("../bundle/verify/run.js");
      const { text, complete } = await verifyFolder(folder, options, new Date());
      console.log(text);
      if (!complete) process.exitCode = 1;
    });
}

function addBill(group: Command): void {
  group
    .command("sbom")
    .description("write the bill of materials of a lock: CycloneDX 1.6, JSON")
    .option(...lockOption)
    .option("--out <file>", "what to write; default: standard output")
    .action(async ({ lock, out }: { lock?: string; out?: string }) => {
      const { writeBill } = await import("../bundle/bill.js");
      writeBill(lock, out, process.env.SOURCE_DATE_EPOCH);
    });
}

function parseDay(value: string): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== value)
    throw new InvalidArgumentError("Write a day as YYYY-MM-DD.");
  return value;
}
