import { z } from "zod";
import { cpuModelNames, cpuTees, gpuModelNames } from "../hardware";
import { firmwareProtocols, registrations, sourceGrades } from "./plan";

const text = z.string().min(1);
const id = text.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "words of lower-case letters and digits with dashes");
const path = text.regex(/^\/\S*$/, "a path that begins with a slash");
const words = z.array(text);

const settingSchema = z
  .strictObject({
    id: id.describe("what it is about, the same with every vendor"),
    names: words.default([]).describe("exact names of the attribute, the likeliest first"),
    displayName: words.min(1).optional().describe("words that all stand in its display name, where no name is there"),
    notDisplayName: words.optional().describe("words of display names of others"),
    values: z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .min(1)
      .describe("values that do, the wanted one first"),
    atLeast: z.int().min(1).optional().describe("number from which on any value does"),
    optional: z.boolean().optional().describe("left alone where the machine does not have it"),
    once: z.boolean().optional().describe("set once in the machine's life"),
    after: z.array(id).optional().describe("settings of earlier stages that have to be in force"),
    where: z
      .strictObject({ has: words.optional(), lacks: words.optional() })
      .optional()
      .describe("machines that it is for, by names in their registry"),
    registration: z.enum(registrations).optional().describe("only where hosts are registered in this way"),
    source: text.describe("key of sources"),
    note: text.optional(),
  })
  .refine(({ names, displayName }) => names.length > 0 || displayName !== undefined, {
    error: "has neither names nor displayName; write one of them",
  })
  .refine(({ values, atLeast = 0 }) => values.every((value) => typeof value !== "number" || value >= atLeast), {
    path: ["atLeast"],
    error: "is more than a value that is wanted; write the lowest number that does",
  });

const stageSchema = z.strictObject({
  title: text,
  settings: z.array(settingSchema).min(1),
});

const procedureSchema = z.strictObject({
  stages: z.array(stageSchema).min(1),
  notes: words.default([]).describe("what is known badly, or left to the vendor"),
});

/** Where a machine keeps what Redfish does not say by itself. Paths begin at the System's or Manager's own address. */
const redfishSchema = z.strictObject({
  system: text.optional().describe("Id of the System; default the only one that has a Bios"),
  notSystems: words.default([]).describe("Ids of Systems that are none of the host's, such as a GPU board's"),
  settings: path.describe("where settings are staged, below the System, unless @Redfish.Settings says so"),
  registry: path.optional().describe("where the registry is, {registry} being its name, unless Registries says so"),
  job: z
    .strictObject({ path, source: text })
    .optional()
    .describe(
      "staged settings need a job to be applied: where it is made, below the Manager; it names the settings' address",
    ),
  resets: words.min(1).default(["GracefulRestart", "ForceRestart"]).describe("ResetTypes, the first that is offered"),
  vanishing: z
    .strictObject({ names: words.min(1), managerReset: text, source: text })
    .optional()
    .describe("attributes that may be gone after a restart until the BMC alone is restarted with this ResetType"),
});

const templateSchema = z.strictObject({
  name: text.describe("how the partner is called in the table of templates"),
  contributes: text,
  defaults: z.strictObject({
    host: id.describe("a host's name in Kubernetes"),
    cpu: z.enum(cpuModelNames),
    gpu: z.enum(gpuModelNames),
    gpus: z.int().min(1).max(16),
  }),
  verified: words.min(1),
  notVerified: words.min(1),
  leftToPartner: words.min(1),
});

/** One vendor's data: all that is needed for plans of its machines. The file's name is the vendor's. */
export const vendorSchema = z
  .strictObject({
    title: text,
    manufacturers: words.min(1).describe("words of what its machines say of their manufacturer"),
    protocol: z.enum(firmwareProtocols),
    redfish: redfishSchema.optional(),
    sources: z.record(id, z.strictObject({ text, grade: z.enum(sourceGrades) })),
    procedures: z.partialRecord(z.enum(cpuTees), procedureSchema),
    template: templateSchema.optional(),
  })
  .superRefine((vendor, ctx) => {
    const issue = (at: (string | number)[], message: string) => ctx.addIssue({ code: "custom", path: at, message });
    if ((vendor.protocol === "redfish") !== (vendor.redfish !== undefined))
      issue(
        ["redfish"],
        vendor.redfish
          ? `goes with protocol redfish, and not with ${vendor.protocol}; remove it`
          : "missing; protocol redfish wants {settings: <path>}",
      );
    if (Object.keys(vendor.procedures).length === 0) issue(["procedures"], "are none; write snp or tdx");
    const cited = [vendor.redfish?.job?.source, vendor.redfish?.vanishing?.source].map(
      (source) => [["redfish"], source] as const,
    );
    const ofSettings = Object.entries(vendor.procedures).flatMap(([tee, procedure]) =>
      procedure.stages.flatMap(({ settings }, stage) =>
        settings.map(({ source }, index) => [["procedures", tee, "stages", stage, "settings", index], source] as const),
      ),
    );
    for (const [at, source] of [...cited, ...ofSettings])
      if (source !== undefined && !(source in vendor.sources))
        issue(
          [...at, "source"],
          `"${source}" is none of sources (${Object.keys(vendor.sources).join(", ") || "there are none"})`,
        );
  });

export type VendorData = z.infer<typeof vendorSchema>;
export type RedfishLayout = NonNullable<VendorData["redfish"]>;
