import { Document, isCollection, isScalar, parse, visit } from "yaml";
import { z } from "zod";
import { cpuTees } from "../hardware";
import { faults } from "./faults";
import type { FirmwarePlan } from "./plan";
import { firmwareProtocols, registrations, sourceGrades } from "./plan";

/** Name of a plan's file, in ConfigMaps and elsewhere. */
export const planFileName = "firmware-plan.yaml";

const text = z.string();
const texts = z.array(text);

const settingSchema = z.strictObject({
  id: text,
  find: z.strictObject({ names: texts, displayName: texts.optional(), notDisplayName: texts.optional() }),
  values: z.array(z.union([text, z.number(), z.boolean()])).min(1),
  atLeast: z.number().optional(),
  where: z.strictObject({ has: texts.optional(), lacks: texts.optional() }).optional(),
  optional: z.boolean().optional(),
  once: z.boolean().optional(),
  after: texts.optional(),
  note: text.optional(),
  source: text.optional(),
  grade: z.enum(sourceGrades).optional(),
});

const planSchema = z.strictObject({
  host: text,
  vendor: text,
  protocol: z.enum(firmwareProtocols),
  tee: z.enum(cpuTees),
  registration: z.enum(registrations).optional(),
  stages: z.array(
    z.strictObject({ title: text, settings: z.array(settingSchema), appliedBy: z.enum(["restart", "none"]) }),
  ),
  checks: texts,
  notes: texts,
});

/** For people to read and review; the same plan gives the same bytes, in which no reader takes On for true. */
export function renderFirmwarePlan(plan: FirmwarePlan): string {
  const stages = plan.stages.map(({ title, appliedBy, settings }) => ({ title, appliedBy, settings }));
  const document = new Document({ ...plan, stages }, { aliasDuplicateObjects: false, compat: "yaml-1.1" });
  visit(document, {
    Pair(_, { key, value }) {
      if (isScalar(key) && inOneLine.has(String(key.value)) && isCollection(value)) value.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}

const inOneLine = new Set([
  "find",
  "names",
  "displayName",
  "notDisplayName",
  "values",
  "where",
  "has",
  "lacks",
  "after",
]);

/** Throws a sentence where the text is no plan. */
export function parseFirmwarePlan(content: string): FirmwarePlan {
  const parsed = planSchema.safeParse(parse(content));
  if (!parsed.success) throw new Error(`no firmware plan: ${faults(parsed.error)}`);
  return parsed.data;
}
