import type { Factory } from "../../../stacks/config/factory";
import { parseConfig } from "../../../stacks/config/load";
import type { StackConfig } from "../../../stacks/config/load";
import { deriveStacks } from "../../../stacks/rehearsal";
import { passingScanner, passingSigners, placeholderCa } from "../../review/placeholders";

/**
 * The settings of one previewed stack, out of those of its file as the schema has read them. A rehearsal's file stands for its parties' stacks, `<name>/trust`,
 * `<name>/<provider>/infrastructure` and `<name>/<provider>/workloads`, as the preview has derived them: keys and the CA
 * are placeholders there as well.
 */
export function roleSettings(settings: StackConfig, stackName: string): StackConfig {
  if (settings.role !== "rehearsal") return settings;
  const factory: Factory = settings;
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
  if (first === "trust" && role === undefined) return parseConfig(derived.trust);
  const own = derived.providers[first];
  if (!own) return settings;
  const releases = factory.models.filter(({ providers }) => providers.includes(first)).map(({ name }) => name);
  return parseConfig(role === "workloads" ? own.workloads({ directory: "handover", releases }) : own.infrastructure);
}
