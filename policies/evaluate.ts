import type { Finding } from "./place";
import { unknownPath } from "./place";
import type { Resource } from "./rule";

/** A value that decides about a rule and that only `up` will know. */
export interface UnknownValue {
  readonly resource: Resource;
  /** Property path of the value. */
  readonly path: string;
  /** The policy SDK's own error, so that the engine can say it in its own way. */
  readonly error: Error;
}

export interface Evaluation {
  /** Whether the rule found anything to look at. */
  readonly applies: boolean;
  readonly findings: readonly (Finding & { readonly resource: Resource })[];
  /** Values that have to be known before the rule can be said to hold. */
  readonly unknown: readonly UnknownValue[];
}

/**
 * Checks every item of every resource. A value that is not known yet ends the check of its own item only: findings made
 * before, and all other items, stand.
 */
export function evaluateItems<Item>(
  resources: readonly Resource[],
  select: (resource: Resource) => Iterable<Item>,
  check: (item: Item) => Iterable<Finding>,
): Evaluation {
  const findings: (Finding & { resource: Resource })[] = [];
  const unknown: UnknownValue[] = [];
  let applies = false;

  for (const resource of resources) {
    const untilUnknown = (step: () => void) => {
      try {
        step();
      } catch (error) {
        const path = unknownPath(error);
        if (path === undefined) throw error;
        applies = true;
        unknown.push({ resource, path, error: error as Error });
      }
    };
    untilUnknown(() => {
      for (const item of select(resource)) {
        applies = true;
        untilUnknown(() => {
          for (const finding of check(item)) findings.push({ ...finding, resource });
        });
      }
    });
  }
  return { applies, findings, unknown };
}

/** Whether an item fits. One with a value that is not known yet decides only where no other fits: it throws then. */
export function someKnown<Item>(items: Iterable<Item>, fits: (item: Item) => boolean): boolean {
  let undecided: unknown;
  for (const item of items) {
    try {
      if (fits(item)) return true;
    } catch (error) {
      if (unknownPath(error) === undefined) throw error;
      undecided ??= error;
    }
  }
  if (undecided !== undefined) throw undecided;
  return false;
}
