import type { Fact } from "./fact";
import { isHint } from "./fact";

/** A way in which a request departs from what a cloud is known to offer. */
export interface Departure {
  /** Names the constraint, in kebab-case with the cloud in front: `gcp-zone-offered`. Users override a hint by it. */
  readonly constraint: string;
  /** Where in the arguments: `nodePools[0].zones[1]`. */
  readonly path: string;
  /** What is wrong and what to write instead, as the rest of a sentence that begins with path and value. */
  readonly message: string;
  readonly fact: Fact;
}

export interface Judgement {
  /** To be refused. */
  readonly errors: readonly string[];
  /** To be said at every preview. */
  readonly warnings: readonly string[];
}

/**
 * What becomes of departures: verified facts refuse, hints warn until the user names them. `acknowledged` names
 * constraints; naming one that is verified or that is none is an error, and one that nothing departs from a warning.
 * `known`: names of all constraints.
 */
export function judge(
  departures: readonly Departure[],
  acknowledged: readonly string[] = [],
  known: readonly string[] = acknowledged,
): Judgement {
  const [hinted, verified] = [
    departures.filter(({ fact }) => isHint(fact)),
    departures.filter(({ fact }) => !isHint(fact)),
  ];
  const misused = acknowledged.filter((name) => verified.some(({ constraint }) => constraint === name));
  const unknown = acknowledged.filter((name) => !known.includes(name));
  const idle = acknowledged.filter(
    (name) => !unknown.includes(name) && !departures.some(({ constraint }) => constraint === name),
  );
  return {
    errors: [
      ...verified.map(sentence),
      ...misused.map((name) => `acknowledged: ${name} is no hint but documented, and cannot be overridden; remove it`),
      ...unknown.map(
        (name) => `acknowledged: ${name} is the name of no constraint; write one that a warning names, or remove it`,
      ),
    ],
    warnings: [
      ...hinted
        .filter(({ constraint }) => !acknowledged.includes(constraint))
        .map(
          (departure) => `${sentence(departure)} To override this hint, add ${departure.constraint} to acknowledged.`,
        ),
      ...idle.map((name) => `acknowledged: nothing departs from ${name}; remove it.`),
    ],
  };
}

function sentence({ path, message, fact }: Departure): string {
  return `${path}: ${message} (${fact.source}, read ${fact.asOf}).`;
}
