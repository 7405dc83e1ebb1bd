import { z } from "zod";
import { authorityProblem, sharedAuthority } from "../../components/attestation/azureAuthority";
import { keyAuthorities } from "../../components/attestation/keyStore";
import { onDestroy } from "../../components/attestation/releasedKeys";
import { crossCheck, nameSchema, namedCidrSchema, uniqueNames } from "./common";
import { azureNameSchema } from "./azure";
import { projectNumberSchema, projectSchema } from "./gcp";

const onDestroySchema = z
  .enum(onDestroy)
  .default("retain")
  .describe(
    "what becomes of the keys when the stack is destroyed: retain (they stay) or refuse (nothing is destroyed)",
  );

/** Keys that a guest on a confidential VM of Azure is given by Azure's own attestation (secure key release). */
const azureKeysSchema = z
  .strictObject({
    subscriptionId: z.uuid().describe("the model owner's subscription, not the provider's"),
    tenantId: z.uuid().describe("its Entra tenant"),
    region: z.string().min(1).describe("region by its short name, e.g. eastus2; where the nodes are"),
    resourceGroup: azureNameSchema.describe("resource group that is made for the keys"),
    authority: z
      .url({ protocol: /^https$/ })
      .optional()
      .describe("attestation authority; default: the region's shared one"),
    clientCidrs: z
      .array(namedCidrSchema)
      .min(1)
      .optional()
      .describe("ranges that reach the vault over the internet; default: none, machines come by a private endpoint"),
    onDestroy: onDestroySchema,
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
      .superRefine((keys, ctx) => uniqueNames(ctx, keys))
      .describe("keys by name"),
  })
  .superRefine(({ region, authority }, ctx) => {
    const problem = authority === undefined ? undefined : foreignProblem(authority);
    if (problem !== undefined)
      crossCheck(ctx, ["authority"], `${problem}; write https://<provider>.<region>.attest.azure.net`);
    if (authority === undefined && sharedAuthority(region) === undefined)
      crossCheck(
        ctx,
        ["region"],
        "has no shared attestation authority that is known; correct it, or write authority, its https address",
      );
  })
  .describe("keys in an Azure vault of the model owner's");

/** Vaults are those of Azure itself here: another cloud of Microsoft's has other operators, and they would sign. */
function foreignProblem(authority: string): string | undefined {
  return (
    authorityProblem(authority) ??
    (/\.attest\.azure\.net\/?$/i.test(authority) ? undefined : "is the attestation service of another cloud")
  );
}

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
    gpu: z
      .strictObject({
        model: z
          .string()
          .regex(/^[A-Z0-9_]{1,40}$/, "a claim such as GCP_NVIDIA_H100")
          .default("GCP_NVIDIA_H100")
          .describe("claim hwmodel of the machine's one GPU"),
        drivers: z
          .array(z.string().regex(/^\d{1,4}(\.\d{1,4}){1,3}$/, "a version such as 550.127.05"))
          .min(1)
          .optional()
          .describe("accepted versions of its driver; default: what Google's image brings"),
      })
      .default({ model: "GCP_NVIDIA_H100" })
      .describe("the GPU, besides that it is in confidential mode"),
    onDestroy: onDestroySchema,
    keys: z
      .array(
        z.strictObject({
          name: nameSchema.describe("name of the key"),
          imageDigest: z
            .string()
            .regex(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hex digits")
            .describe("digest of the only image that is given it"),
          serviceAccount: z
            .string()
            .regex(
              /^[a-z0-9][a-z0-9-]{0,61}@[a-z0-9-]{1,61}(\.[a-z0-9-]{1,61}){0,2}\.gserviceaccount\.com$/,
              "the address of a service account",
            )
            .describe("service account that the machine runs as"),
          overrides: z
            .enum(["none", "asImageAllows"])
            .default("none")
            .describe(
              "what whoever starts the machine may change of command and variables: none, or what labels allow",
            ),
        }),
      )
      .min(1)
      .superRefine((keys, ctx) => uniqueNames(ctx, keys))
      .describe("keys by name"),
  })
  .describe("keys in Google's KMS, in a project of the model owner's");

/** Why `owner` is no answer here: the owner's own key broker is another program. */
export const ownerKeysSchema = z.strictObject({
  keyAuthority: z
    .enum(keyAuthorities)
    .refine((authority) => authority === "cloud", {
      message:
        "is the default of role trust, where keys stay in your own Trustee; for keys that a cloud releases write cloud, in so many words: vault and attestation are then run by the provider that is not trusted (graded lower)",
    })
    .transform((): "cloud" => "cloud")
    .describe("cloud, in so many words: the cloud's operator then decides who gets the keys (graded lower)"),
  azure: azureKeysSchema.optional(),
  gcp: gcpKeysSchema.optional(),
});

export type AzureKeys = z.infer<typeof azureKeysSchema>;
export type GcpKeys = z.infer<typeof gcpKeysSchema>;

/** One stack has keys at one cloud: each cloud is somebody else to trust. */
export function checkOneCloud({ azure, gcp }: { azure?: unknown; gcp?: unknown }, ctx: z.RefinementCtx): void {
  if (azure !== undefined && gcp !== undefined)
    crossCheck(ctx, ["gcp"], "stands beside azure; write one stack for each cloud");
  if (azure === undefined && gcp === undefined)
    crossCheck(ctx, ["azure"], "is missing, and gcp too; say at which cloud the keys are");
}
