import type { Snapshot } from "./snapshot";

/** What is wrong with a link, for whoever has to mend it. */
export interface Breakage {
  readonly found: string;
  readonly wanted: string;
  /** What that does to a guest. */
  readonly why: string;
  /** What to do, as one sentence. */
  readonly remedy: string;
  /** Page of the docs. */
  readonly docs: string;
}

export type Outcome =
  | { readonly state: "ok"; readonly found: string }
  | ({ readonly state: "broken" } & Breakage)
  /** Could not be seen: never taken for fine. */
  | { readonly state: "unknown"; readonly why: string }
  /** Nobody asked, or it does not apply; says which. */
  | { readonly state: "skipped"; readonly why: string };

export const ok = (found: string): Outcome => ({ state: "ok", found });
export const broken = (breakage: Breakage): Outcome => ({ state: "broken", ...breakage });
export const skipped = (why: string): Outcome => ({ state: "skipped", why });

/** One question of a chain. Pure: answers from the snapshot alone; what it needs and was not seen makes it unknown. */
export interface Link<Subject> {
  /** Stable, kebab case, of one chain only. */
  readonly id: string;
  readonly question: string;
  /** Links whose break explains this one's: then it is a consequence and no fault of its own. */
  readonly follows?: readonly string[];
  readonly check: (snapshot: Snapshot, subject: Subject) => Outcome;
}

export interface NodeSubject {
  readonly node: string;
  /** Asked for by name: then a host that is not meant for confidential guests is an answer and not a reason to pass on. */
  readonly asked: boolean;
}

export interface PodSubject {
  readonly namespace: string;
  /** A pod's name, or its workload's where no pod was made. */
  readonly name: string;
}

export interface KeySubject {
  /** Name and number of the release: `llama-8b#1`. */
  readonly release: string;
}

/** `1 pod`, `2 pods` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** A label, an annotation or a setting as it is found. */
export const told = (value: unknown): string =>
  value === undefined || value === null
    ? "nothing"
    : value === ""
      ? '""'
      : typeof value === "string"
        ? value
        : JSON.stringify(value);
