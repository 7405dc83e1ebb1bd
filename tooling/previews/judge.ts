/** What today's program would do to a resource of the last release's state. */
export interface Change {
  /** `factory/trust`: of the sample and its stack. */
  readonly subject: string;
  readonly op: string;
  readonly type: string;
  readonly name: string;
  /** Properties that make it another resource. */
  readonly replaces?: readonly string[];
}

/** A replacement or deletion that was meant: in allowed.json, with who reads it in mind. */
export interface Allowed {
  /** A stack, or `*`. */
  readonly subject: string;
  readonly op: "replace" | "delete";
  readonly type: string;
  /** The resource's name, or `*`. */
  readonly name: string;
  readonly reason: string;
  /** When it was allowed, YYYY-MM-DD: entries older than the last release say nothing any more. */
  readonly date: string;
}

/** Operations by which the engine takes something away that is there. */
const destructive: Readonly<Record<string, Allowed["op"]>> = {
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
  discard: "delete",
};

/**
 * Resources that are named after what is in them, so that each change of content is a new one and the old goes last: this
 * is how their change is rolled. Of them a replacement is nothing unintended; a deletion without one is.
 */
const namedByContent = new Set(["kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret"]);

/** What is unintended, as sentences, and entries that nothing needs any more. */
export function judgeChanges(
  changes: readonly Change[],
  allowed: readonly Allowed[],
): { readonly unintended: string[]; readonly needless: Allowed[] } {
  const used = new Set<Allowed>();
  const unintended = changes.flatMap((change) => {
    const op = destructive[change.op];
    if (op === undefined || (op === "replace" && namedByContent.has(change.type))) return [];
    const found = allowed.filter(
      (entry) =>
        entry.op === op &&
        entry.type === change.type &&
        fits(entry.subject, change.subject) &&
        fits(entry.name, change.name),
    );
    found.forEach((entry) => used.add(entry));
    if (found.length > 0) return [];
    const why = change.replaces && change.replaces.length > 0 ? ` (because of ${change.replaces.join(", ")})` : "";
    return [`${change.subject}: would ${op} ${change.type} ${change.name}${why}`];
  });
  return { unintended: [...new Set(unintended)], needless: allowed.filter((entry) => !used.has(entry)) };
}

function fits(pattern: string, value: string): boolean {
  return pattern === "*" || pattern === value;
}
