import type { PolicyViolation } from "./diagnostics";
import { warningText } from "./diagnostics";
import type { EngineEvent } from "./engineEvents";

/** What the engine has said of one operation. */
export class Heard {
  readonly errors = new Set<string>();
  readonly warnings = new Set<string>();
  readonly violations: PolicyViolation[] = [];
  changes: Readonly<Record<string, number>> = {};

  constructor(private readonly onProgress: ((line: string) => void) | undefined) {}

  take({ diagnosticEvent, policyEvent, summaryEvent, step }: EngineEvent): void {
    if (diagnosticEvent?.severity === "error") this.errors.add(plain(diagnosticEvent.message, diagnosticEvent.urn));
    // What is said in passing, while something is waited for, is no warning once it came.
    if (diagnosticEvent?.severity === "warning" && !diagnosticEvent.ephemeral)
      this.warnings.add(warningText(plain(diagnosticEvent.message, diagnosticEvent.urn)));
    if (policyEvent?.enforcementLevel === "mandatory")
      this.violations.push({
        policy: policyEvent.policyName,
        resource: policyEvent.resourceUrn ?? "",
        message: plain(policyEvent.message),
      });
    if (summaryEvent) this.changes = summaryEvent.resourceChanges as Record<string, number>;
    if (step && step.op !== "same") this.onProgress?.(`${step.op} ${urnName(step.urn)}`);
  }
}

function urnName(urn: string): string {
  const [, , type = "", name = ""] = urn.split("::");
  return `${type.split("$").at(-1)?.split(":").at(-1) ?? type} ${name}`;
}

/** Engine messages carry colour marks such as <{%reset%}>. */
function plain(message: string, urn?: string): string {
  const text = message.replace(/<\{%[^%]*%\}>/g, "").trim();
  return urn ? `${urnName(urn)}: ${text}` : text;
}
