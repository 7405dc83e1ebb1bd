import type * as automation from "@pulumi/pulumi/automation";

/** What of the engine's events a run is told. */
export interface EngineEvent extends Pick<automation.EngineEvent, "diagnosticEvent" | "policyEvent" | "summaryEvent"> {
  /** A step that begins. */
  readonly step?: { readonly op: string; readonly urn: string };
}

const newline = 0x0a;
/** In it an event says what it is, and a step what it does to which resource; states come after. */
const headBytes = 4096;
const kinds = /^\{"sequence":\d+,"timestamp":\d+,"(\w+)":/;
const stepHead = /"op":("[\w-]+"),"urn":("(?:[^"\\]|\\.)*")/;
const whole = new Set(["diagnosticEvent", "policyEvent", "summaryEvent"]);
const stepBegins = "resourcePreEvent";

/**
 * Reads events as `pulumi up --json` writes them, one a line (github.com/pulumi/pulumi/pkg/v3 v3.216.0,
 * backend/display/json.go; sdk/v3 v3.216.0, go/common/apitype/events.go). Most of them carry the old and the new state of
 * a resource: only the beginning of such a line is ever kept.
 */
export class EventReader {
  private pieces: Buffer[] = [];
  private bytes = 0;
  private kind: string | undefined;

  constructor(private readonly onEvent: (event: EngineEvent) => void) {}

  /** Takes whatever part of the output comes next. */
  take(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0;) {
      const end = rest.indexOf(newline);
      this.keep(end < 0 ? rest : rest.subarray(0, end));
      if (end < 0) return;
      this.endLine();
      rest = rest.subarray(end + 1);
    }
  }

  private keep(piece: Buffer): void {
    const { kind } = this;
    const isOfUse = kind === undefined || whole.has(kind) || (kind === stepBegins && this.bytes < headBytes);
    if (!isOfUse) return;
    this.pieces.push(Buffer.from(piece));
    this.bytes += piece.length;
    if (this.kind === undefined && this.bytes >= 128) this.kind = this.kindOf();
  }

  private kindOf(): string {
    return kinds.exec(this.text().slice(0, 128))?.[1] ?? "";
  }

  private text(): string {
    return Buffer.concat(this.pieces).toString();
  }

  private endLine(): void {
    const kind = this.kind ?? this.kindOf();
    const text = kind === stepBegins || whole.has(kind) ? this.text() : "";
    this.pieces = [];
    this.bytes = 0;
    this.kind = undefined;
    if (whole.has(kind)) this.tellOf(text);
    const [, op, urn] = kind === stepBegins ? (stepHead.exec(text) ?? []) : [];
    if (op && urn) this.onEvent({ step: { op: JSON.parse(op) as string, urn: JSON.parse(urn) as string } });
  }

  /** A line that another process has written into is no reason to stop an engine half-way: its exit code says how it ended. */
  private tellOf(text: string): void {
    let event: EngineEvent;
    try {
      event = JSON.parse(text) as EngineEvent;
    } catch {
      return;
    }
    this.onEvent(event);
  }
}
