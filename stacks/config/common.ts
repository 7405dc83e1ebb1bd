import { z } from "zod";

/** A DNS-1123 label short enough to take suffixes. */
export const nameSchema = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/, "lower-case letters, digits and dashes, 40 characters at most");

export const cidrSchema = z
  .string()
  .regex(/^(\d{1,3}\.){3}\d{1,3}\/([0-9]|[12][0-9]|3[0-2])$/, "an IPv4 range such as 10.0.0.0/16");

/** A range that somebody can have to himself: with a shorter prefix, two or a few of them are the whole internet. */
export const namedCidrSchema = cidrSchema.refine((cidr) => Number(cidr.split("/")[1]) >= 8, {
  error: "is everybody, or as good as that; write the ranges of your networks",
});

export const deployerReadsEventsSchema = z
  .boolean()
  .default(true)
  .describe("whether `deployer` may read the namespace's events; false spares memory from some thousand workloads on");

/** Marks the error of a check across several fields, with its remedy, so that it reads like every other one. */
export function crossCheck(ctx: z.RefinementCtx, path: (string | number)[], message: string): void {
  ctx.addIssue({ code: "custom", path, message });
}

/** Reports every name that stands twice in a list of named things. */
export function uniqueNames(
  ctx: z.RefinementCtx,
  items: readonly { name: string }[],
  path: (string | number)[] = [],
): void {
  const seen = new Set<string>();
  items.forEach((item, index) => {
    if (seen.has(item.name)) crossCheck(ctx, [...path, index, "name"], "stands twice; give each its own name");
    seen.add(item.name);
  });
}
