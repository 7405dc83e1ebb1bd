import type { Factory } from "../../../stacks/config/factory";
import { deriveStacks } from "../../../stacks/rehearsal";
import { passingScanner, passingSigners, placeholderCa } from "../../review/placeholders";

type Sections = Readonly<Record<string, unknown>>;

/**
 * The settings of one previewed stack. A rehearsal's file stands for its parties' stacks, `<name>/trust`,
 * `<name>/<provider>/infrastructure` and `<name>/<provider>/workloads`, as the preview has derived them: keys and the CA
 * are placeholders there as well.
 */
export function roleSettings(settings: Sections, stackName: string): Sections {
  if (settings.role !== "rehearsal") return settings;
  const factory = settings as unknown as Factory;
  const scanner = passingScanner();
  const derived = deriveStacks(factory, {
    keyBrokerCa: placeholderCa,
    signers: passingSigners().policy,
    releases: "releases",
    acceptance: Object.fromEntries(
      factory.providers.map(({ name }) => [name, { attestationSigners: scanner.policy, images: [] }]),
    ),
  });
  const [, first = "", role] = /^[^/]+\/([^/]+)(?:\/(.+))?$/.exec(stackName) ?? [];
  if (first === "trust" && role === undefined) return derived.trust;
  const own = derived.providers[first];
  if (!own) return settings;
  const releases = factory.models.filter(({ providers }) => providers.includes(first)).map(({ name }) => name);
  return role === "workloads" ? own.workloads({ directory: "handover", releases }) : own.infrastructure;
}
