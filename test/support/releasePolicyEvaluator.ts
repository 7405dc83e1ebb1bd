/**
 * Azure's release policies over the claims of a token, as the documented grammar says: a list of authorities of which one
 * is enough, conditions under allOf and anyOf, claims by dotted path, and a missing claim that fulfils nothing. An
 * evaluator for tests; the vault itself is Microsoft's.
 */

interface Condition {
  readonly claim?: string;
  readonly equals?: unknown;
  readonly allOf?: readonly Condition[];
  readonly anyOf?: readonly Condition[];
}

export interface Token {
  /** Who signed it. */
  readonly iss: string;
  readonly [claim: string]: unknown;
}

/** Whether the vault would release; a policy outside of the grammar is an error, as it is when the key is made. */
export function releases({ data }: { readonly data: string }, token: Token): boolean {
  const policy = JSON.parse(Buffer.from(data, "base64url").toString("utf8")) as {
    version?: string;
    anyOf?: (Condition & { authority: string })[];
  };
  const unknown = Object.keys(policy).filter((key) => key !== "version" && key !== "anyOf");
  if (policy.version !== "1.0.0" || !policy.anyOf?.length || unknown.length > 0)
    throw new Error(`the root of a release policy is {version: "1.0.0", anyOf: [...]}, not ${JSON.stringify(policy)}`);
  return policy.anyOf.some(({ authority, ...condition }) => isIssuer(authority, token.iss) && holds(condition, token));
}

function isIssuer(authority: string, issuer: unknown): boolean {
  return typeof issuer === "string" && authority.replace(/\/$/, "") === issuer.replace(/\/$/, "");
}

function holds(condition: Condition, token: Token): boolean {
  const kinds = (["claim", "allOf", "anyOf"] as const).filter((kind) => condition[kind] !== undefined);
  if (kinds.length !== 1) throw new Error(`a condition is one of claim, allOf and anyOf: ${JSON.stringify(condition)}`);
  if (condition.allOf) return nonEmpty(condition.allOf).every((each) => holds(each, token));
  if (condition.anyOf) return nonEmpty(condition.anyOf).some((each) => holds(each, token));
  if (!("equals" in condition)) throw new Error(`this evaluator knows equals alone: ${JSON.stringify(condition)}`);
  const value = valueAt(token, (condition.claim ?? "").split("."));
  // Microsoft's own policies write true and false as text, and tokens have them as JSON.
  const scalar = ["string", "number", "boolean"].includes(typeof value);
  return scalar && String(value) === String(condition.equals);
}

function nonEmpty(conditions: readonly Condition[]): readonly Condition[] {
  if (conditions.length === 0) throw new Error("a list of conditions has one at least");
  return conditions;
}

function valueAt(token: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, part) =>
      node !== null && typeof node === "object" && Object.hasOwn(node, part)
        ? (node as Record<string, unknown>)[part]
        : undefined,
    token,
  );
}
