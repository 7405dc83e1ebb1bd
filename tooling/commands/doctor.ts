import { InvalidArgumentError } from "commander";
import type { DoctorArgs } from "../doctor/run";
import type { AddCommands } from "./cli";

type DoctorOptions = Omit<DoctorArgs, "kind" | "name">;

/** `doctor [node <name> | pod <namespace>/<name> | --all]`: why is this host not ready, why does this pod get no key? */
export const addDoctorCommand: AddCommands = (root, signal) => {
  root
    .command("doctor")
    .description(
      "say which link is broken between a host and its guests' keys, and which is the first; changes nothing",
    )
    .argument("[kind]", "node or pod; without: everything")
    .argument("[name]", "a host's name, or <namespace>/<pod or workload>")
    .option("--all", "every GPU host, every confidential pod, every release (the default)")
    .option("--kubeconfig <file>", "credentials of the provider's cluster; default: where kubectl looks")
    .option("--context <name>", "context in it; default: the current one")
    .option("--trust-kubeconfig <file>", "credentials of the model owner's cluster; without: it is not looked at")
    .option("--trust-context <name>", "context in that; default: the current one")
    .option("--release <file...>", "signed releases: what guests have to be", [])
    .option("--guest <file...>", "guest images (`guest describe`), to explain a measurement by", [])
    .option("--token <file>", "attestation token that a guest was given")
    .option("--evidence <file>", "evidence of a guest, as `verify` reads it")
    .option(
      "--signer <file>",
      "PEM of the certificate that the key broker takes tokens of; it lies in a Secret, which is not read",
    )
    .option(
      "--key-broker <host:port>",
      "where to look at the key broker's certificate; default: the releases' URL",
      parseAddress,
    )
    .option("--json", "print the diagnosis as JSON, and nothing else")
    .addHelpText(
      "after",
      "\nEnds with 0: nothing is broken; 1: bad input; 2: something is broken; 3: nothing is, but something could not be seen.",
    )
    .action(async (kind: string | undefined, name: string | undefined, options: DoctorOptions) => {
      const { runDoctor } = await import("../doctor/run.js");
      const { text, exitCode } = await runDoctor({ kind, name, ...options }, signal);
      console.log(text);
      process.exitCode = exitCode;
    });
};

function parseAddress(text: string): { host: string; port: number } {
  const [, host, digits] = /^\[?([A-Za-z0-9.:-]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (!host || port < 1 || port > 65535)
    throw new InvalidArgumentError("Write <host>:<port>, e.g. kbs.example.com:443.");
  return { host, port };
}
