import { InvalidArgumentError, Option } from "commander";
import { isolationUnits } from "../../policies/isolation";
import { packNames } from "../../policies/pack";
import type { AdmissionOptions } from "./admissionYaml";
import type { AddCommands } from "./cli";

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
    .addOption(
      new Option("--isolation-unit <unit>", "pods on bare metal, or a cloud's nodes that are TEEs themselves")
        .choices(isolationUnits)
        .default("pod"),
    )
    .option("--exceptions <file>", "YAML list as under trustfoundry:exceptions")
    .action(async (options: AdmissionOptions) => {
      // All rules, which no other command has to wait for.
      const { admissionYaml } = await import("./admissionYaml.js");
      console.log(admissionYaml(options, new Date()));
    });
};

function namespaces(text: string, known: readonly string[]): readonly string[] {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text))
    throw new InvalidArgumentError("Write the name of a namespace.");
  return [...known, text];
}
