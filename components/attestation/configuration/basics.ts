import { z } from "zod";

type Kind = Parameters<typeof z.discriminatedUnion>[1][number];

/** A union by one key; `known` is what an error says that the key may be. */
export function kinds<const K extends string, const T extends readonly [Kind, ...Kind[]]>(
  key: K,
  known: string,
  options: T,
) {
  return z.discriminatedUnion(key, options, { error: (issue) => (issue.code === "invalid_union" ? known : undefined) });
}

export const path = z.string().min(1);
export const text = z.string().min(1);
export const count = z.int().min(1);
