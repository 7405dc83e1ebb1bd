import { z } from "zod";
import { intelRegionNames } from "../../components/attestation/intelTrustAuthority";
import { httpsSchema, objectNameSchema, placeSchema } from "./keyStores";

const fallbackToKds = z.boolean().default(false).describe("whether AMD is asked for chips that the cache lacks");

export const vcekCacheSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("persistentVolumeClaim"),
      name: objectNameSchema.describe("existing claim with vcek/<chip id>/vcek.der"),
      fallbackToKds,
    }),
    z.strictObject({
      kind: z.literal("configMap"),
      name: objectNameSchema.describe("existing ConfigMap with <chip id>.der"),
      chips: z
        .array(
          z.string().regex(/^([0-9a-f]{128}|[0-9a-f]{16})$/, "a chip id, 64 bytes (8 for Turin) as lower-case hex"),
        )
        .min(1)
        .describe("ids of the chips in it"),
      fallbackToKds,
    }),
  ])
  .describe("AMD's chip certificates at hand, as {kind: persistentVolumeClaim, ...} or {kind: configMap, ...}");

export const collateralServiceSchema = z
  .strictObject({
    url: httpsSchema.describe("address of a PCCS; its certificate leads to a public CA"),
    reachedAt: placeSchema.optional(),
  })
  .describe("a cache of Intel's collateral (PCCS) in place of Intel's own service");

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, "a day such as 2027-01-31")
  .describe("last day of the exception");

export const nvidiaVerifierSchema = z
  .union([
    z.literal("remote"),
    z.strictObject({
      kind: z.literal("local"),
      until: day,
      reason: z.string().min(10).max(200).describe("why, in a sentence"),
    }),
  ])
  .describe(
    "remote (NVIDIA's attestation service, all GPUs), or for a time {kind: local, until: <day>, reason: ...} (in Trustee, Hopper only)",
  );

export const serviceSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("coco") }),
    z.strictObject({
      kind: z.literal("intelTrustAuthority"),
      region: z
        .enum(intelRegionNames)
        .describe("region of your account at Intel, us or eu; policies, API key and signers' keys are of one region"),
      policyIds: z.array(z.uuid()).min(1).describe("policies in Intel's portal, all of which evidence has to match"),
    }),
  ])
  .describe("who judges evidence, as {kind: coco} or {kind: intelTrustAuthority, ...}");
