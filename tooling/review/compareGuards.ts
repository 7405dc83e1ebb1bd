import type { Change, Direction } from "./change";
import type { Guard, Limit, Statement } from "./guards";
import { guards } from "./guards";
import type { ReviewedResource } from "./types";

export type GuardChange = Omit<Change, "subject" | "location"> & { readonly resource: string };

/** What head's guards hold back less, or more, than base's: direction by kind of guard, never by name. */
export function compareGuards(base: readonly ReviewedResource[], head: readonly ReviewedResource[]): GuardChange[] {
  return guards.flatMap((guard) => [
    ...statements(guard, guard.demands?.(base), guard.demands?.(head), {
      gone: { direction: "weaker", word: "no longer demanded" },
      added: { direction: "stronger", word: "demanded now" },
    }),
    ...statements(guard, guard.grants?.(base), guard.grants?.(head), {
      gone: { direction: "stronger", word: "no longer allowed" },
      added: { direction: "weaker", word: "allowed now" },
    }),
    ...limits(guard, guard.limits?.(base) ?? [], guard.limits?.(head) ?? []),
  ]);
}

interface Meaning {
  readonly direction: Direction;
  readonly word: string;
}

function statements(
  guard: Guard,
  base: readonly Statement[] = [],
  head: readonly Statement[] = [],
  meanings: { readonly gone: Meaning; readonly added: Meaning },
): GuardChange[] {
  return [
    ...onlyIn(base, head).map((statement) => change(guard, statement, meanings.gone)),
    ...onlyIn(head, base).map((statement) => change(guard, statement, meanings.added)),
  ];
}

function onlyIn(list: readonly Statement[], others: readonly Statement[]): Statement[] {
  const known = new Set(others.map(({ text }) => text));
  return [...new Map(list.filter(({ text }) => !known.has(text)).map((item) => [item.text, item])).values()];
}

function change(guard: Guard, { text, resource }: Statement, { direction, word }: Meaning): GuardChange {
  return { ...about(guard), direction, resource, text: `${guard.title}: ${word}: ${text}` };
}

/** Several objects that limit the same count together: the lowest one holds. */
function lowest(list: readonly Limit[]): Map<string, Limit> {
  const found = new Map<string, Limit>();
  for (const limit of list) if (limit.value < (found.get(limit.text)?.value ?? Infinity)) found.set(limit.text, limit);
  return found;
}

function limits(guard: Guard, base: readonly Limit[], head: readonly Limit[]): GuardChange[] {
  const [before, after] = [lowest(base), lowest(head)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((text) => {
    const [a, b] = [before.get(text), after.get(text)];
    const resource = (b ?? a)?.resource ?? "";
    const [was, is] = [a?.value ?? Infinity, b?.value ?? Infinity];
    if (was === is) return [];
    const direction: Direction = is > was ? "weaker" : "stronger";
    const said = `${guard.title}: ${text}: ${b?.shown ?? "no limit"} instead of ${a?.shown ?? "no limit"}`;
    return [{ ...about(guard), direction, resource, text: said }];
  });
}

function about({ pillar, protects }: Guard) {
  return { kind: "guard", pillar, protects } as const;
}
