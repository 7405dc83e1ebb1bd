import { z } from "zod";
import type { PartnerChart } from "../../components/partnerChart";
import { podSecurityLevels } from "../../components/cluster/labels";
import { plainSecrets } from "../../components/partnerChart";
import { crossCheck, nameSchema } from "./common";

/** Values of a chart, without anything that looks like a secret: Helm keeps them in the cluster for ever. */
const valuesSchema = z.record(z.string(), z.unknown()).superRefine((values, ctx) => {
  for (const path of plainSecrets(values))
    crossCheck(ctx, path, "is a secret in plain text, or looks like one; put it into a Secret and write its name");
});

/** A chart from a partner, which this project does not know: all of it is the user's to say. */
export const partnerChartSchema = z
  .strictObject({
    reference: z
      .string()
      .regex(
        /^(oci:\/\/\S+|[^:]*\.tgz)$/,
        "oci://<registry>/<name>@sha256:<digest> or the path of an archive (.tgz): nothing else can be pinned",
      )
      .describe("oci://<registry>/<name>@sha256:<digest>, or the path of an archive (.tgz) with digest"),
    version: z
      .string()
      .regex(/^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/, "one exact version, e.g. 1.5.0")
      .describe("exact version of the chart"),
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/, "sha256:<64 hex digits>")
      .optional()
      .describe("digest of the archive; none for oci://"),
    values: valuesSchema.describe("values for the chart, as its vendor documents them; no secrets, names of Secrets"),
    namespace: nameSchema.describe("namespace that it is installed in, which is made for it"),
    podSecurity: z
      .enum(podSecurityLevels)
      .describe("Pod Security Standard that its pods need: restricted, baseline or privileged"),
  })
  .describe("the chart that its vendor gave you");

/** The configuration's form as the components take it; archives lie relative to the project. */
export function partnerChartOf(
  { reference, ...chart }: z.infer<typeof partnerChartSchema>,
  releaseName: string,
  locate: (path: string) => string,
): PartnerChart {
  return { ...chart, releaseName, reference: reference.startsWith("oci://") ? reference : locate(reference) };
}
