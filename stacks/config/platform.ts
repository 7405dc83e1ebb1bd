import { z } from "zod";
import { platformSetNames, platformSetOf, platformSets } from "../../components/platform";
import type { PlatformSetName, PlatformVersions } from "../../components/platform";

const versionsSchema = z.strictObject({
  kata: z.string().describe("kata-deploy version, e.g. 4.0.0"),
  gpuOperator: z.string().describe("GPU Operator version, e.g. v26.3.1"),
  trustee: z.string().describe("Trustee release or commit"),
  nfd: z.string().describe("Node Feature Discovery version, e.g. 0.18.3"),
});

const chartSourceSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("upstream") }),
    z.strictObject({
      kind: z.literal("mirror"),
      registry: z.string().startsWith("oci://").describe("OCI registry, oci://…"),
    }),
    z.strictObject({
      kind: z.literal("directory"),
      path: z.string().min(1).describe("directory with one folder a chart"),
    }),
  ])
  .describe(
    "where charts come from: {kind: upstream}, {kind: mirror, registry: oci://…} or {kind: directory, path: …}",
  );

/** Versions of the platform: a named set, or all four versions spelt out. Only combinations known to fit are accepted. */
export const platformSchema = z
  .strictObject({
    set: z.enum(platformSetNames).optional().describe("a set of versions that fit together"),
    versions: versionsSchema.optional().describe("instead of `set`: all four versions, which must be one of the sets"),
    charts: chartSourceSchema.default({ kind: "upstream" }),
  })
  .transform(
    (
      platform,
      ctx,
    ): { set: PlatformSetName; versions: PlatformVersions; charts: z.infer<typeof chartSourceSchema> } => {
      const { charts } = platform;
      if (platform.set && platform.versions)
        ctx.addIssue({ code: "custom", path: ["versions"], message: "stands beside `set`; write one of the two" });
      if (!platform.versions) {
        const set = platform.set ?? "ra-1.1.0";
        return { set, versions: platformSets[set].versions, charts };
      }
      const found = platformSetOf(platform.versions);
      if ("reason" in found) {
        ctx.addIssue({
          code: "custom",
          path: ["versions"],
          message: `are no combination that is known to fit, since guest and key broker must match exactly (${found.reason}); write \`set: ra-1.1.0\` or \`set: newest\``,
        });
        return z.NEVER;
      }
      return { set: found.set, versions: platform.versions, charts };
    },
  )
  .describe("versions of Kata, GPU Operator, Trustee and NFD, as {set: ra-1.1.0} or {set: newest}");

export type Platform = z.infer<typeof platformSchema>;
