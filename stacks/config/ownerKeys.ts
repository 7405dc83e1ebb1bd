import { z } from "zod";
import { nameSchema } from "./common";
import { projectNumberSchema, projectSchema } from "./gcp";

/** Keys that a guest on a confidential VM of Azure is given by Azure's own attestation (secure key release). */
const azureKeysSchema = z
  .strictObject({
    subscriptionId: z.uuid().describe("the model owner's subscription, not the provider's"),
    tenantId: z.uuid().describe("its Entra tenant"),
    region: z.string().min(1).describe("region by its short name, e.g. eastus2; where the nodes are"),
    resourceGroup: z.string().min(1).describe("resource group that is made for the keys"),
    authority: z
      .url({ protocol: /^https$/ })
      .optional()
      .describe("attestation authority; default: the region's shared one"),
    keys: z
      .array(
        z.strictObject({
          name: nameSchema.describe("name of the key"),
          principals: z.array(z.uuid()).min(1).describe("object ids of the machines' identities that may ask for it"),
          machines: z
            .array(z.uuid())
            .min(1)
            .optional()
            .describe("ids (x-ms-azurevm-vmid) of the only machines that are given it; default: any compliant one"),
        }),
      )
      .min(1)
      .describe("keys by name"),
  })
  .describe("keys in an Azure vault of the model owner's");

/** Keys that a Confidential Space workload is given by Google's attestation token. */
const gcpKeysSchema = z
  .strictObject({
    project: projectSchema,
    projectNumber: projectNumberSchema,
    region: z.string().min(1).describe("location of the key ring"),
    hardware: z
      .enum(["GCP_INTEL_TDX", "INTEL_TDX"])
      .default("GCP_INTEL_TDX")
      .describe("claim hwmodel as your tokens spell it; Google's documents have both"),
    keys: z
      .array(
        z.strictObject({
          name: nameSchema.describe("name of the key"),
          imageDigest: z
            .string()
            .regex(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hex digits")
            .describe("digest of the only image that is given it"),
          serviceAccount: z.email().describe("service account that the machine runs as"),
        }),
      )
      .min(1)
      .describe("keys by name"),
  })
  .describe("keys in Google's KMS, in a project of the model owner's");

/** Why `owner` is no answer here: the owner's own key broker is another program. */
export const ownerKeysSchema = z.strictObject({
  keyAuthority: z
    .literal("cloud", {
      error:
        "cloud, in so many words: vault and attestation are then run by the provider that is not trusted (graded lower); with owner, the default, keys stay in your own Trustee (role trust)",
    })
    .describe("has to be cloud: that the cloud's operator decides who gets the keys is a choice by name"),
  azure: azureKeysSchema.optional(),
  gcp: gcpKeysSchema.optional(),
});
