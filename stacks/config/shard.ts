import { z } from "zod";
import { crossCheck } from "./common";

/** Each is a stack with a run of its own. */
const mostShards = 100;

/** Which part of a provider's releases a stack places, where one stack would be too much. */
export const shardSchema = z
  .strictObject({
    number: z.int().min(1).max(mostShards).describe("which of the shards this stack is, from 1"),
    of: z.int().min(1).max(mostShards).describe("among how many stacks the releases are divided"),
  })
  .superRefine(({ number, of }, ctx) => {
    if (number > of) crossCheck(ctx, ["number"], `is more than the ${of} there are; write 1 to ${of}`);
  })
  .optional()
  .describe("divides the releases among several stacks: this one places its part alone, as {number: 1, of: 4}");

export const shardCountSchema = z
  .int()
  .min(1)
  .max(mostShards)
  .default(1)
  .describe("among how many stacks each provider's workloads are divided; see docs/scale.md for when that pays");

export type Shard = NonNullable<z.infer<typeof shardSchema>>;
