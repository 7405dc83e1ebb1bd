import type { DocumentOptions, ParseOptions, SchemaOptions } from "yaml";
import { parseDocument } from "yaml";

type Options = ParseOptions & DocumentOptions & SchemaOptions;

/**
 * A text of YAML as plain values, or why it is none, as the rest of a sentence. What refers to itself, or to others so often
 * that a small file would fill the memory, is none: a file may come from somebody else.
 */
export function readYaml(
  text: string,
  options: Options = {},
): { readonly value: unknown } | { readonly problem: string } {
  try {
    const document = parseDocument(text, { logLevel: "error", ...options });
    const [syntax] = document.errors;
    if (syntax)
      return {
        problem: `is not valid YAML: ${(syntax.message.split("\n")[0] ?? "").replace(/:$/, "")}; correct it there`,
      };
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return refersToItself(value) ? { problem: "has an anchor that stands in itself; write it out" } : { value };
  } catch (error) {
    if (error instanceof RangeError) return { problem: "is nested too deeply; write it flatter" };
    if (error instanceof Error && /^Unresolved alias/.test(error.message))
      return { problem: "has an alias of an anchor that is nowhere before it; write out what is meant" };
    if (error instanceof Error && /^Excessive alias count/.test(error.message))
      return { problem: "has aliases that refer to each other too often; write them out" };
    const what = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { problem: `is not valid YAML: ${what}; correct it there` };
  }
}

function refersToItself(value: unknown, above = new Set<object>(), seen = new Set<object>()): boolean {
  if (typeof value !== "object" || value === null || seen.has(value)) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((each) => refersToItself(each, above, seen));
  above.delete(value);
  seen.add(value);
  return found;
}
