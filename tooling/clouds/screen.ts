import type { PackName } from "../../policies/pack";
import { oneLine } from "../../policies/place";
import { packFolder, projectOf } from "../project";
import type { Plan } from "./plan";
import { isRefused } from "./plan";
import type { Step } from "./stepsOf";

export interface PlanScreen {
  /** The stack's file, as the user named it. */
  readonly file: string;
  readonly pack: PackName;
  /** Places of encrypted settings that were not seen. */
  readonly unseen: readonly string[];
  readonly plan: Plan;
}

/** What a person reads. */
export function planText(screen: PlanScreen): string {
  const { plan, pack, unseen } = screen;
  const { refusals, violations, notYetKnown, exceptionUses } = plan.says;
  const mandatory = violations.filter(({ level }) => level === "mandatory");
  const advisory = violations.filter(({ level }) => level !== "mandatory");
  const found = (list: typeof violations) =>
    list.map(({ rule, type, resource, path, message }) => `${resource} (${type})${at(path)}: ${message} [${rule}]`);
  return [
    section("Would be made, in this order, grouped by component", stepLines(plan.steps)),
    section("Warnings", bullets([...plan.warnings, ...found(advisory)])),
    section(
      "Let pass by exceptions of the configuration",
      bullets(exceptionUses.map(({ rule, resource, path }) => `${resource}${at(path)} [${rule}]`)),
    ),
    section(
      "Not judged, since only `up` will know the value",
      bullets(notYetKnown.map(({ rule, resource, path }) => `${resource}${at(path)} [${rule}]`)),
    ),
    section("Encrypted settings, which were not looked at", bullets(unseen)),
    section("Refused", bullets(refusals)),
    section(`Violations of the pack ${pack} (docs/rules/ has a page for each rule)`, bullets(found(mandatory))),
    isRefused(plan) ? "" : section("After `pulumi up`", numbered(plan.nextSteps)),
    closing(screen),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

/** The same for programs. */
export function planJson({ file, pack, unseen, plan }: PlanScreen): string {
  const { says, steps, playedThrough, warnings, nextSteps } = plan;
  const { refusals, violations, notYetKnown, exceptionUses } = says;
  const names = new Map(steps.map((step) => [step.urn, step.name]));
  const content = {
    simulated: true,
    file,
    pack,
    refused: isRefused(plan),
    playedThrough,
    steps: steps.map(({ type, name, parent, component }) => ({
      type,
      name,
      ...(parent !== undefined && { parent: names.get(parent) ?? parent }),
      component,
    })),
    warnings,
    refusals,
    violations,
    notYetKnown,
    exceptionUses,
    unseen,
    nextSteps,
  };
  return JSON.stringify(content, null, 2);
}

/** Resources under their components, each with its place in the order of the whole. */
function stepLines(steps: readonly Step[]): string[] {
  const components = new Map(steps.filter(({ component }) => component).map((step) => [step.urn, step]));
  const resources = steps.filter(({ component }) => !component);
  const groups = new Map<string, string[]>();
  const width = String(resources.length).length;
  resources.forEach(({ type, name, parent }, index) => {
    const path = pathOf(parent, components);
    const line = `  ${String(index + 1).padStart(width)}  ${type}  ${name}`;
    groups.set(path, [...(groups.get(path) ?? []), line]);
  });
  return [...groups].flatMap(([path, lines]) => [path, ...lines]);
}

/** A component with those that it is part of: `trustfoundry:host:AzureNetwork network`. */
function pathOf(urn: string | undefined, components: ReadonlyMap<string, Step>): string {
  const component = urn === undefined ? undefined : components.get(urn);
  if (!component) return "the stack itself";
  const own = `${component.type} ${component.name}`;
  return component.parent !== undefined && components.has(component.parent)
    ? `${pathOf(component.parent, components)} › ${own}`
    : own;
}

function closing({ plan, file, pack }: PlanScreen): string {
  if (isRefused(plan)) return `✗ ${file} is refused; nothing was changed anywhere. Correct what is named above.`;
  const count = plan.steps.filter(({ component }) => !component).length;
  const how = plan.playedThrough
    ? `preview and \`up\` were played through${plan.says.notYetKnown.length === 0 ? ", and every rule saw every value" : ""}`
    : "it was previewed; with a cluster in it, `up` cannot be played through";
  return [
    `✓ ${count} resources, and the pack ${pack} refuses none: ${how}.`,
    `  Next: \`pulumi preview --policy-pack ${packFolder(projectOf(file), pack)}\` asks the real clouds and clusters, then \`pulumi up\`.`,
  ].join("\n");
}

const at = (path: string) => (path === "" ? "" : `, ${path}`);
const bullets = (lines: readonly string[]) => lines.map((line) => `  - ${line}`);
const numbered = (lines: readonly string[]) => lines.map((line, index) => `  ${index + 1}. ${line}`);
const section = (title: string, lines: readonly string[]) =>
  // Names and messages come from the stack's file: none of them begins a line of its own, or commands the terminal.
  lines.length === 0 ? "" : [`${title}:`, ...lines.map(oneLine)].join("\n");
