import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import type { Told } from "../repair/decide";
import type { AddCommands } from "./cli";

interface RepairCommandOptions {
  readonly stack?: string;
  readonly kubeconfig?: string;
  readonly dryRun: boolean;
  readonly exists: ReadonlyMap<string, Told>;
  readonly absent: readonly string[];
}

/** `repair [project]`: what a killed `pulumi up` left on a stack, explained and put right. */
export const addRepairCommand: AddCommands = (root, signal) => {
  root
    .command("repair")
    .description(
      "say what a killed run left on a stack – locks, pending operations, unfinished Helm steps – and repair it",
    )
    .argument("[project]", "folder with Pulumi.yaml", ".")
    .option("--stack <name>", "the stack; default: the selected one")
    .option("--kubeconfig <file>", "credentials of the stack's cluster; default: where kubectl looks")
    .option("--dry-run", "only say what would be done", false)
    .option(
      "--exists <urn=id>",
      "a pending creation that cannot be looked up here has succeeded",
      parseExists,
      new Map(),
    )
    .option("--absent <urn>", "a pending creation that cannot be looked up here has not; may be repeated", append, [])
    .action(async (project: string, { exists, absent, ...options }: RepairCommandOptions) => {
      const { repairProject } = await import("../repair/project.js");
      const told = new Map<string, Told>([...exists, ...absent.map((urn) => [urn, "absent"] as const)]);
      console.log(await repairProject({ ...options, project: resolve(project), told, signal }));
    });
};

function parseExists(text: string, known: ReadonlyMap<string, Told>): ReadonlyMap<string, Told> {
  // URNs hold no `=`, identities may.
  const [, urn, id] = /^(urn:pulumi:[^=]+)=(.+)$/.exec(text) ?? [];
  if (!urn || !id) throw new InvalidArgumentError("Write <urn>=<id>, with the URN as `repair --dry-run` shows it.");
  return new Map([...known, [urn, { exists: id }]]);
}

function append(text: string, known: readonly string[]): readonly string[] {
  return [...known, text];
}
