/** Evaluates the part of Intersight's query language that is used; anything else is an error, as a typing mistake is. */
export function matches(object: unknown, filter: string): boolean {
  return filter.split(" and ").every((condition) => holds(object, condition));
}

function holds(object: unknown, condition: string): boolean {
  const any = /^(\w+)\/any\(t: t\/(\w+) eq '([^']*)'\)$/.exec(condition);
  if (any) {
    const [, collection = "", property = "", value] = any;
    const members = at(object, [collection]);
    return Array.isArray(members) && members.some((member) => at(member, [property]) === value);
  }
  const equal = /^([\w.]+) eq '([^']*)'$/.exec(condition);
  if (!equal) throw new Error(`cannot parse filter ${condition}`);
  const [, path = "", value] = equal;
  return at(object, path.split(".")) === value;
}

function at(object: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return object;
  return typeof object === "object" && object !== null
    ? at((object as Record<string, unknown>)[name], rest)
    : undefined;
}
