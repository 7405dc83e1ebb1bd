import { z } from "zod";

/** A point in time as releases and policies write it, to the second and in UTC. */
export const timeSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, {
    error: "a point in time, YYYY-MM-DDTHH:MM:SSZ",
    abort: true,
  })
  // Date.parse alone would make 3 March of 31 February.
  .refine(
    (text) => !Number.isNaN(Date.parse(text)) && timeText(new Date(text)) === text,
    "is no point in time that exists; write YYYY-MM-DDTHH:MM:SSZ",
  );

/** `2026-11-01T00:00:00Z` */
export function timeText(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}
