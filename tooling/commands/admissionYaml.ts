import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { policiesInForce } from "../../policies/admission/inForce";
import type { Exception } from "../../policies/exceptions";
import { exceptionsFrom } from "../../policies/exceptions";
import type { IsolationUnit } from "../../policies/isolation";
import type { PackName } from "../../policies/pack";
import { UserError } from "../ui";

export interface AdmissionOptions {
  readonly pack: PackName;
  readonly cluster: "provider" | "owner";
  readonly tenant: readonly string[];
  /** Of the provider's cluster. Default pod. */
  readonly isolationUnit?: IsolationUnit;
  readonly exceptions?: string;
}

/** All policies and bindings as one stream of documents. */
export function admissionYaml(options: AdmissionOptions, now: Date): string {
  const { pack, cluster, tenant, isolationUnit, exceptions: file } = options;
  const exceptions = file === undefined ? [] : readExceptions(file);
  const policies = policiesInForce(cluster, pack, { exceptions, now, tenants: tenant, isolationUnit });
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
