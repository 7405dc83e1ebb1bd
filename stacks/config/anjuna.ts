import { z } from "zod";
import { objectNameSchema } from "./keyStores";
import { partnerChartSchema } from "./partnerCharts";

/** Anjuna's runtime in a provider's cluster. Its public documents name neither chart, values nor RuntimeClass. */
export const anjunaSchema = z
  .strictObject({
    chart: partnerChartSchema,
    runtimeClassName: objectNameSchema.describe("RuntimeClass that the chart makes; pods choose Anjuna by it"),
  })
  .describe("Anjuna's runtime beside Kata: pods as confidential machines that no release of this factory describes");

/** Anjuna's Policy Manager in the model owner's cluster. */
export const policyManagerSchema = z
  .strictObject({
    kind: z.literal("anjuna"),
    chart: partnerChartSchema,
    azure: z
      .strictObject({
        attestationEndpoint: z
          .string()
          .regex(/^https:\/\/[\w-]+(\.[\w-]+)*\.attest\.azure\.net$/, "https://<provider>.<region>.attest.azure.net")
          .describe("endpoint of the Microsoft Azure Attestation provider that judges it"),
        keyId: z
          .string()
          .regex(
            /^https:\/\/[\w-]+\.(vault|managedhsm)\.azure\.net\/keys\/[\w-]+\/[0-9a-f]{32}$/,
            "https://<vault>.vault.azure.net/keys/<name>/<version> or of a managed HSM",
          )
          .describe("id of its master key, with the version"),
        storageAccount: z
          .string()
          .regex(/^[a-z0-9]{3,24}$/, "3 to 24 lower-case letters and digits")
          .describe("storage account with its data"),
      })
      .describe("what it is unsealed by on Azure; the same stands in chart.values"),
    keyAuthority: z
      .literal("cloud")
      .describe("cloud: you know that Microsoft can have its master key (graded lower than Trustee)"),
  })
  .describe("a secret store for Anjuna's pods beside Trustee, as {kind: anjuna, ...}");
