import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Factory } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import { checkout } from "../toolchain/ensure";

type Sections = Record<string, unknown>;

/** The sample factory with one model on one confidential host: every kind of resource, and a round takes seconds. */
export function smallFactory(): Factory {
  return parseAs("rehearsal", small());
}

/** The same one after a change that every party's stack notices, as a new version of the model and of the platform is. */
export function changedFactory(): Factory {
  const sections = small();
  const [model] = sections.models as Sections[];
  const [provider] = sections.providers as Sections[];
  Object.assign(model!, { cpus: 24, version: "2026.12.1" });
  Object.assign(provider!, { registryCidrs: ["198.51.100.0/25"] });
  sections.platform = { ...(sections.platform as Sections) };
  return parseAs("rehearsal", sections);
}

function small(): Sections {
  const file = parse(readFileSync(join(checkout, "Pulumi.rehearsal.yaml"), "utf8")) as { config: Sections };
  const sections = Object.fromEntries(
    Object.entries(file.config).map(([key, value]) => [key.replace(/^trustfoundry:/, ""), value]),
  );
  const [model] = sections.models as Sections[];
  const [provider] = sections.providers as (Sections & { hosts: Sections[] })[];
  const { hosts } = provider!;
  const rest = Object.fromEntries(Object.entries(provider!).filter(([key]) => key !== "acceptance"));
  return {
    ...sections,
    // Rules in force are dozens of objects more, of one kind.
    admission: "off",
    providers: [{ ...rest, hosts: hosts.slice(0, 1) }],
    models: [{ ...model, replicas: 1, providers: [rest.name] }],
  };
}
