import { parseDocument } from "yaml";
import { readSignerPolicy } from "../../../components/workload/release/signers";
import type { SignerPolicy } from "../../../components/workload/release/signers";
import type { TrustConfig } from "../../../stacks/config/factory";
import { parseConfig } from "../../../stacks/config/load";
import { completeSections } from "../../../stacks/presetFile";
import { projectOf } from "../../project";
import { UserError } from "../../ui";
import { checkedFile } from "../../configuration";
import { readNamed } from "../../files";

const prefix = "trustfoundry:";

/** The model owner's stack configuration, `Pulumi.<stack>.yaml`; settings of other packages and secrets are left alone. */
export function readTrustConfig(path: string): TrustConfig {
  const sections = readSections(path, "the model owner's Pulumi.<stack>.yaml");
  if (sections.role !== undefined && sections.role !== "trust")
    throw new UserError(
      `${path} is of the role ${JSON.stringify(sections.role)}; releases come from the model owner's stack, of the role trust.`,
    );
  return checkedFile(path, () => parseConfig(completeSections(projectOf(path), sections).sections) as TrustConfig);
}

/** The settings of a stack's configuration, without their prefix. */
export function readSections(path: string, what: string): Readonly<Record<string, unknown>> {
  const content = parseYaml(path, what) as { config?: unknown } | null;
  const config = content?.config;
  if (typeof config !== "object" || config === null)
    throw new UserError(`${path} has no \`config:\` section; name ${what}.`);
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value as unknown]),
  );
}

/** A signer policy out of a file of its own, JSON or YAML. */
export function readPolicy(path: string): SignerPolicy {
  const reading = readSignerPolicy(parseYaml(path, "a signer policy"));
  if ("problems" in reading)
    throw new UserError(
      [`${path} is no signer policy:`, ...reading.problems.map((problem) => `  - ${problem}`)].join("\n"),
    );
  return reading.policy;
}

function parseYaml(path: string, what: string): unknown {
  return parseYamlText(path, readNamed(path, what));
}

/** What the text of a user's file says, JSON or YAML. */
export function parseYamlText(path: string, text: string): unknown {
  // YAML 1.1, as Pulumi's engine reads it: a file must not mean one thing here and another there.
  const document = parseDocument(text, { version: "1.1" });
  const syntax = document.errors[0];
  if (syntax)
    throw new UserError(
      `${path} is not valid YAML or JSON: ${(syntax.message.split("\n")[0] ?? "").replace(/:$/, "")}; correct it there.`,
    );
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new UserError(`${path} cannot be read: its aliases refer to each other too often; write them out.`);
  }
}
