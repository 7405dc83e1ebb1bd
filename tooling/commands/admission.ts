import { readFileSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import { parse, stringify } from "yaml";
import { policiesInForce } from "../../policies/admission/inForce";
import type { Exception } from "../../policies/exceptions";
import { exceptionsFrom } from "../../policies/exceptions";
import type { PackName } from "../../policies/pack";
import { packNames } from "../../policies/pack";
import { UserError } from "../ui";
import type { AddCommands } from "./cli";

export interface AdmissionOptions {
  readonly pack: PackName;
  readonly cluster: "provider" | "owner";
  readonly tenant: readonly string[];
  readonly exceptions?: string;
}

/** `admission`: the rules' policies as YAML, for a cluster that our programs do not deploy. */
export const addAdmissionCommand: AddCommands = (root) => {
  root
    .command("admission")
    .description("print the rules as ValidatingAdmissionPolicies, for `kubectl apply --server-side -f -`")
    .addOption(new Option("--pack <pack>", "whose levels count").choices(packNames).default("baseline"))
    .addOption(
      new Option("--cluster <side>", "the provider's cluster, or the model owner's with the key broker")
        .choices(["provider", "owner"])
        .default("provider"),
    )
    .option("--tenant <namespace>", "a tenant with acceptance parameters; may be repeated", namespaces, [])
    .option("--exceptions <file>", "YAML list as under trustfoundry:exceptions")
    .action((options: AdmissionOptions) => console.log(admissionYaml(options, new Date())));
};

/** All policies and bindings as one stream of documents. */
export function admissionYaml({ pack, cluster, tenant, exceptions: file }: AdmissionOptions, now: Date): string {
  const exceptions = file === undefined ? [] : readExceptions(file);
  const policies = policiesInForce(cluster, pack, { exceptions, now, tenants: tenant });
  const objects = policies.flatMap(({ policy, bindings }) => [policy, ...bindings]);
  const head = `# Rules of pack ${pack} for the ${cluster}'s cluster, made by \`trustfoundry admission\`; do not edit.\n`;
  // Each object on its own: no anchors, which not every reader of YAML takes.
  return (
    head + objects.map((object) => `---\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })}`).join("")
  );
}

function readExceptions(file: string): Exception[] {
  try {
    const list: unknown = parse(readFileSync(file, "utf8"), { version: "1.1", schema: "core" });
    return exceptionsFrom(JSON.stringify({ "trustfoundry:exceptions": JSON.stringify(list) }));
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message}`);
  }
}

function namespaces(text: string, known: readonly string[]): readonly string[] {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text))
    throw new InvalidArgumentError("Write the name of a namespace.");
  return [...known, text];
}
