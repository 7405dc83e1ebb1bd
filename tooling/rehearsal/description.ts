import { existsSync, readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { parseAs } from "../../stacks/config/load";
import type { Factory } from "../../stacks/config/factory";
import { checkedFile } from "../configuration";
import { UserError } from "../ui";

/** Reads a factory's description (`Pulumi.rehearsal.yaml` or one of the user's own). Throws a UserError. */
export function readDescription(path: string): Factory {
  if (!existsSync(path))
    throw new UserError(
      `There is no file ${path}.`,
      "Name a description with --file; Pulumi.rehearsal.yaml is the sample.",
    );
  const document = parseDocument(readFileSync(path, "utf8"));
  const syntax = document.errors[0];
  if (syntax)
    throw new UserError(
      `${path} is not valid YAML: ${(syntax.message.split("\n")[0] ?? "").replace(/:$/, "")}; correct it there.`,
    );
  const config = (document.toJS() as { config?: Record<string, unknown> } | null)?.config;
  if (!config || typeof config !== "object")
    throw new UserError(`${path} has no \`config:\` section.`, "See Pulumi.rehearsal.yaml for the form.");
  const foreign = Object.keys(config).filter((key) => !key.startsWith("trustfoundry:"));
  if (foreign.length > 0)
    throw new UserError(
      `${path}: ${foreign.map((key) => `\`${key}\``).join(", ")}: settings of a factory begin with \`trustfoundry:\`.`,
    );
  const sections = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.slice("trustfoundry:".length), value]),
  );
  return checkedFile(path, () => parseAs("rehearsal", sections));
}
