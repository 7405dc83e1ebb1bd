import { overlap, parseRange } from "../../../components/host/gcp/addresses";
import { canonicalJson } from "../../../components/names";
import type { Direction } from "../change";
import type { Path } from "../locations";

/** What a reading has to say of two values. */
export interface Said {
  readonly direction: Direction;
  readonly what: string;
  /** Where below the setting it stands. */
  readonly at?: Path;
}

/** How two values of a setting are compared. */
export interface Reading {
  readonly compare: (before: unknown, after: unknown) => readonly Said[];
  /** What a part that is new is held against; without it, nothing is said of new parts. */
  readonly former?: unknown;
  /** Whether that goes for new entries of lists as well, so that a new name hides nothing. */
  readonly inNewEntries?: boolean;
}

/** Values from strong to weak; several at one step are neither. */
export function ladder(...steps: readonly (readonly unknown[])[]): Reading {
  return ranked((value) => steps.findIndex((step) => step.includes(value)), steps[0]?.[0]);
}

/** A higher rank is weaker; what has none (-1) points nowhere. */
export function ranked(rank: (value: unknown) => number, former: unknown): Reading {
  return {
    former,
    inNewEntries: true,
    compare: (before, after) => {
      if (same(before, after)) return [];
      const [a, b] = [rank(before), rank(after)];
      const direction = a < 0 || b < 0 || a === b ? "changed" : b > a ? "weaker" : "stronger";
      return [{ direction, what: `${show(after)} instead of ${show(before)}` }];
    },
  };
}

/** A list of what is allowed or accepted: one more is weaker. */
export const grants: Reading = grantsBy((item, others) => others.some((other) => same(item, other)));

/** Ranges from which something is reached: one within another of them adds nothing. */
export const ranges: Reading = grantsBy(
  (item, others) => others.some((other) => isWithin(item, other)),
  (item) => `${show(item)}${typeof item === "string" && !isPrivate(item) ? " (public)" : ""}`,
);

function grantsBy(among: (item: unknown, others: readonly unknown[]) => boolean, shown = show): Reading {
  return {
    former: [],
    compare: (before, after) => {
      const [a, b] = [listOf(before), listOf(after)];
      return [
        ...b.flatMap((item, index): Said[] =>
          among(item, a) ? [] : [{ direction: "weaker", what: `${shown(item)} added`, at: [index] }],
        ),
        ...a.flatMap((item): Said[] =>
          among(item, b) ? [] : [{ direction: "stronger", what: `${shown(item)} removed` }],
        ),
      ];
    },
  };
}

/** The same, where no list at all means anything. */
export const onlyThese: Reading = {
  compare: (before, after) => {
    if (same(before, after)) return [];
    if (after === undefined) return [{ direction: "weaker", what: `anything instead of ${show(before)}` }];
    if (before === undefined) return [{ direction: "stronger", what: `${show(after)} instead of anything` }];
    return grants.compare(before, after);
  },
};

/** Named entries. New ones are weaker where each is somebody who is given keys, and else a change to look at. */
export function entries(added: Direction, removed: Direction): Reading {
  const names = (value: unknown) => listOf(value).flatMap((item) => nameOf(item) ?? []);
  return {
    former: [],
    compare: (before, after) => {
      const [a, b] = [names(before), names(after)];
      return [
        ...b.flatMap((name, index): Said[] =>
          a.includes(name) ? [] : [{ direction: added, what: `${show(name)} added`, at: [index] }],
        ),
        ...a.flatMap((name): Said[] =>
          b.includes(name) ? [] : [{ direction: removed, what: `${show(name)} removed` }],
        ),
      ];
    },
  };
}

/** A lowest accepted number. */
export const floor: Reading = {
  compare: (before, after) => {
    if (typeof before !== "number" || typeof after !== "number" || before === after) return [];
    return [
      after < before
        ? { direction: "weaker", what: `LOWERED from ${before} to ${after}` }
        : { direction: "stronger", what: `raised from ${before} to ${after}` },
    ];
  },
};

/** The end of something that is accepted, as the schema writes times. */
export const end: Reading = between("weaker", "stronger");
export const beginning: Reading = between("stronger", "weaker");

function between(later: Direction, earlier: Direction): Reading {
  return {
    compare: (before, after) => {
      if (typeof before !== "string" || typeof after !== "string" || before === after) return [];
      const direction = Date.parse(after) > Date.parse(before) ? later : earlier;
      return [{ direction, what: `${after} instead of ${before}` }];
    },
  };
}

/** Another value is something to look at, in neither direction. */
export const another: Reading = {
  compare: (before, after) =>
    same(before, after) ? [] : [{ direction: "changed", what: `${show(after)} instead of ${show(before)}` }],
};

export function nameOf(item: unknown): string | undefined {
  const name = typeof item === "object" && item !== null ? (item as { name?: unknown }).name : undefined;
  return typeof name === "string" ? name : undefined;
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

const same = (a: unknown, b: unknown) => canonicalJson(a ?? null) === canonicalJson(b ?? null);

function show(value: unknown): string {
  return value === undefined || value === null ? "nothing" : canonicalJson(value);
}

function isWithin(item: unknown, other: unknown): boolean {
  if (same(item, other)) return true;
  const [a, b] = [rangeOf(item), rangeOf(other)];
  return a !== undefined && b !== undefined && overlap(a, b) && b.prefix <= a.prefix;
}

const rangeOf = (value: unknown) => (typeof value === "string" ? parseRange(value) : undefined);

/** RFC 1918 and RFC 6598. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

function isPrivate(cidr: string): boolean {
  return privateRanges.some((range) => isWithin(cidr, range));
}
