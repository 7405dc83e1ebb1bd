import { existsSync, readFileSync } from "node:fs";
import { parseAs } from "../../stacks/config/load";
import type { Factory } from "../../stacks/config/factory";
import { isObject } from "../../policies/place";
import { readYaml } from "../../stacks/yamlText";
import { checkedFile } from "../configuration";
import { UserError, printable } from "../ui";

/** Reads a factory's description (`Pulumi.rehearsal.yaml` or one of the user's own). Throws a UserError. */
export function readDescription(path: string): Factory {
  if (!existsSync(path))
    throw new UserError(
      `There is no file ${path}.`,
      "Name a description with --file; Pulumi.rehearsal.yaml is the sample.",
    );
  const read = readYaml(textOf(path));
  if ("problem" in read) throw new UserError(`${path} ${read.problem}.`);
  const config = (read.value as { config?: unknown } | null | undefined)?.config;
  if (!isObject(config))
    throw new UserError(`${path} has no \`config:\` section.`, "See Pulumi.rehearsal.yaml for the form.");
  const foreign = Object.keys(config).filter((key) => !key.startsWith("trustfoundry:"));
  if (foreign.length > 0)
    throw new UserError(`${path}: ${listed(foreign)}: settings of a factory begin with \`trustfoundry:\`.`);
  const sections = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.slice("trustfoundry:".length), value]),
  );
  return checkedFile(path, () => parseAs("rehearsal", sections));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? "no reason given"}).`);
  }
}

function listed(keys: readonly string[]): string {
  const shown = keys.slice(0, 5).map((key) => `\`${printable(key, 80)}\``);
  return keys.length > shown.length ? `${shown.join(", ")} and ${keys.length - shown.length} more` : shown.join(", ");
}
