import type { automation } from "@pulumi/pulumi";

/** What a plan would make. */
export interface Step {
  readonly type: string;
  readonly name: string;
  /** URN of the component that it belongs to. */
  readonly parent?: string;
  readonly urn: string;
  readonly component: boolean;
}

/** What the program says beside its resources. */
export interface Told {
  readonly steps: readonly Step[];
  readonly warnings: readonly string[];
  readonly nextSteps: readonly string[];
  /** Resources by what would happen to them: `create`, `same`, `replace` … */
  readonly operations: Readonly<Record<string, number>>;
}

/** Gathers what the engine tells of a program: resources in the order in which they are begun, warnings, last words. */
export function hearProgram() {
  const steps = new Map<string, Step>();
  const warnings = new Set<string>();
  let nextSteps: readonly string[] = [];
  let operations: Told["operations"] = {};
  const onEvent = ({ resourcePreEvent, resOutputsEvent, diagnosticEvent, summaryEvent }: automation.EngineEvent) => {
    if (summaryEvent) operations = summaryEvent.resourceChanges;
    if (resourcePreEvent) {
      const { type, urn, new: state } = resourcePreEvent.metadata;
      // Reads, providers and the stack itself make nothing.
      if (!type.startsWith("pulumi:") && resourcePreEvent.metadata.op !== "read" && !steps.has(urn))
        steps.set(urn, { ...placed(urn, state?.parent), type, urn, component: state?.custom !== true });
    }
    if (resOutputsEvent?.metadata.type === "pulumi:pulumi:Stack")
      nextSteps = textsOf((resOutputsEvent.metadata.new?.outputs as Record<string, unknown> | undefined)?.nextSteps);
    if (diagnosticEvent?.severity === "warning") {
      const text = diagnosticEvent.message.replace(/<\{%[^%]*%\}>/g, "").trim();
      // The engine's own remark about where a plugin was found.
      if (text !== "" && !/^using pulumi-\S+ from \S+/.test(text)) warnings.add(text);
    }
  };
  return {
    onEvent,
    told: (): Told => ({ steps: [...steps.values()], warnings: [...warnings], nextSteps, operations }),
  };
}

function placed(urn: string, parent: string | undefined) {
  const name = urn.split("::").slice(3).join("::");
  return parent === undefined || parent.includes("::pulumi:pulumi:Stack::") ? { name } : { name, parent };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

/** A deployment as `pulumi stack export` gives it, as far as its order goes. */
export interface Deployed {
  readonly resources?: readonly {
    readonly urn: string;
    readonly parent?: string;
    readonly dependencies?: readonly string[];
  }[];
}

/** Steps so that each stands behind what it waits for, and else as the program declared them. */
export function inOrder(steps: readonly Step[], { resources = [] }: Deployed): Step[] {
  const waits = new Map(resources.map(({ urn, dependencies = [] }) => [urn, dependencies]));
  const known = new Map(steps.map((step) => [step.urn, step]));
  const ordered = new Map<string, Step>();
  const place = (step: Step) => {
    if (ordered.has(step.urn)) return;
    for (const urn of [...(waits.get(step.urn) ?? [])]) {
      const before = known.get(urn);
      if (before && !before.component) place(before);
    }
    ordered.set(step.urn, step);
  };
  steps.forEach(place);
  return [...ordered.values()];
}
