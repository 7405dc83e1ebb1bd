import { basename } from "node:path";
import type { Term } from "./terms";
import { comparedValues, plainValue } from "./terms";

/** What OPA writes of one moment of an evaluation (`--explain full`). */
export interface TraceEvent {
  readonly Op: "Enter" | "Eval" | "Index" | "Exit" | "Redo" | "Fail" | "Note" | "Unify" | "Save";
  readonly Node: { readonly index?: number };
  readonly Location: { readonly file?: string; readonly row: number; readonly col: number } | null;
  readonly QueryID: number;
  readonly ParentID: number;
  readonly Locals?: readonly (Term & { readonly name: string })[];
  readonly LocalMetadata?: Readonly<Record<string, { readonly name: string }>>;
}

interface Failure {
  readonly event: TraceEvent;
  /** How far the evaluation came: the failed condition's place in its body, from the outermost body inwards. */
  readonly path: readonly number[];
}

/**
 * Names the condition that failed last on the way that got furthest: of many releases' blocks the one that matched best,
 * of its conditions the first that did not hold. The text is the policy's own line, with the values compared.
 */
export function failedCondition(
  trace: readonly TraceEvent[],
  modules: Readonly<Record<string, string>>,
  known: Readonly<Record<string, unknown>>,
): string | undefined {
  const queries = queriesOf(trace);
  const failure = furthest(queries, trace[0]?.QueryID ?? 0);
  if (!failure) return undefined;
  const { Location, Locals = [], LocalMetadata = {} } = failure.event;
  const line = modules[basename(Location?.file ?? "")]?.split("\n")[(Location?.row ?? 0) - 1]?.trim();
  if (line === undefined) return undefined;
  const variables = Object.fromEntries(
    Locals.map((local) => [LocalMetadata[local.name]?.name ?? local.name, plainValue(local)]),
  );
  return `${line.replace(/ \{$/, "")}${comparedValues(line, { ...variables, ...known })}`;
}

/** What happened in a query itself, in order, and the queries that it started in between. */
type Queries = ReadonlyMap<number, readonly (TraceEvent | { readonly started: number })[]>;

function queriesOf(trace: readonly TraceEvent[]): Queries {
  const queries = new Map<number, (TraceEvent | { readonly started: number })[]>();
  for (const event of trace) {
    const known = queries.get(event.QueryID);
    if (known) known.push(event);
    else {
      queries.set(event.QueryID, [event]);
      if (event.QueryID !== event.ParentID) queries.get(event.ParentID)?.push({ started: event.QueryID });
    }
  }
  return queries;
}

/** The failure that came furthest in a query, or in one that it started. */
function furthest(queries: Queries, query: number): Failure | undefined {
  let best: Failure | undefined;
  // By a condition's place in the body: the best failure of what it has started since it was last begun.
  const started = new Map<number, Failure | undefined>();
  let current = -1;
  let any: Failure | undefined;
  for (const happened of queries.get(query) ?? []) {
    if ("started" in happened) {
      const inner = furthest(queries, happened.started);
      started.set(current, better(started.get(current), inner));
      any = better(any, inner);
      continue;
    }
    const index = happened.Node.index ?? -1;
    if (happened.Op === "Eval") {
      current = index;
      started.delete(index);
    }
    // An `every` fails as a condition that was never begun, in a query of its own.
    if (happened.Op === "Fail")
      best = better(best, within(started.get(index) ?? started.get(current), index, happened));
  }
  // A query that has a value, `false`, fails in nothing of its own.
  return best ?? any;
}

function within(inner: Failure | undefined, index: number, event: TraceEvent): Failure {
  return inner ? { event: inner.event, path: [index, ...inner.path] } : { event, path: [index] };
}

/** The first where both came equally far. */
function better(a: Failure | undefined, b: Failure | undefined): Failure | undefined {
  return b && (!a || compare(b.path, a.path) > 0) ? b : a;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? -2) - (b[at] ?? -2);
    if (difference !== 0) return difference;
  }
  return 0;
}
