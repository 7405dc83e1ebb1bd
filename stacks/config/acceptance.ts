import { createPublicKey } from "node:crypto";
import { z } from "zod";
import { mostAcceptedImages } from "../../components/cluster/acceptanceParameters";
import { billFormats } from "../../components/workload/acceptance/billOfMaterials";
import { readSignerKey } from "../../components/workload/acceptance/envelope";
import { severities } from "../../components/workload/acceptance/vulnerabilities";
import { cidrSchema, crossCheck, uniqueNames } from "./common";

const registrySchema = z
  .string()
  .regex(
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/,
    "a registry or a part of one, without scheme, tag or slash at the end, e.g. nvcr.io/nim",
  );

const pemSchema = z.string().superRefine((pem, ctx) => {
  const reading = readSignerKey(pem);
  if ("problem" in reading) ctx.addIssue({ code: "custom", message: reading.problem });
});

const signerSchema = z.strictObject({
  name: z.string().min(1).max(100).describe("who holds the key, in words for people"),
  publicKey: pemSchema.describe("PEM of an Ed25519 or P-256 public key, as `cosign generate-key-pair` writes it"),
});

/** Lists of keys hold each key, and each name, once: otherwise a key would be taken out and stay. */
const signersSchema = z
  .array(signerSchema)
  .min(1)
  .max(16)
  .superRefine((signers, ctx) => {
    uniqueNames(ctx, signers);
    const seen = new Set<string>();
    signers.forEach(({ publicKey }, index) => {
      if ("problem" in readSignerKey(publicKey)) return;
      const identity = JSON.stringify(createPublicKey(publicKey).export({ format: "jwk" }));
      if (seen.has(identity)) crossCheck(ctx, [index, "publicKey"], "stands twice; name each key once");
      seen.add(identity);
    });
  });

const scanSchema = z.union([
  z.literal("notRequired"),
  z.strictObject({
    maximumAgeDays: z
      .int()
      .min(1)
      .max(365)
      .default(30)
      .describe("how old scan and vulnerability database may be, days"),
    worstSeverity: z
      .enum(severities)
      .default("high")
      .describe("worst severity of a finding that is accepted; with critical, findings are not looked at"),
  }),
]);

const billSchema = z.union([
  z.literal("notRequired"),
  z.strictObject({
    formats: z
      .array(z.enum(billFormats))
      .min(1)
      .default([...billFormats])
      .describe("formats that are accepted"),
  }),
]);

export const quotaSchema = z
  .strictObject({
    gpus: z.int().min(0).max(100_000).describe("GPUs"),
    nvSwitches: z.int().min(0).max(100_000).default(0).describe("NVSwitches"),
    cpus: z.int().min(1).max(1_000_000).describe("CPUs"),
    memoryGib: z.int().min(1).max(100_000_000).describe("memory, GiB"),
    pods: z.int().min(1).max(1_000_000).describe("pods, those that wait among them"),
  })
  .describe("the tenant's share: {gpus, nvSwitches, cpus, memoryGib, pods}");

/** What a provider demands of the tenant's workloads. Nothing is accepted that is not named here. */
export const acceptanceSchema = z
  .strictObject({
    registries: z.array(registrySchema).min(1).describe("registries, or parts of them, that images have to lie below"),
    images: z
      .array(z.string().regex(/^sha256:[0-9a-f]{64}$/, "a digest, sha256:<64 hex digits>"))
      .max(mostAcceptedImages)
      .default([])
      .describe("digests of images that were accepted, as `acceptance check` prints them; no other image is admitted"),
    attestationSigners: signersSchema
      .optional()
      .describe("who may attest images: public keys with names; required outside rehearsals"),
    imageSigners: signersSchema
      .optional()
      .describe(
        "whose signatures guests have to demand of their images; default: the attestation, by digest, is enough",
      ),
    requiredAttestations: z
      .strictObject({
        vulnerabilityScan: scanSchema
          .default({ maximumAgeDays: 30, worstSeverity: "high" })
          .describe("a vulnerability scan, as {maximumAgeDays, worstSeverity}; or notRequired"),
        sbom: billSchema
          .default({ formats: [...billFormats] })
          .describe("a bill of materials, as {formats: [spdx, cyclonedx]}; or notRequired"),
      })
      .default({
        vulnerabilityScan: { maximumAgeDays: 30, worstSeverity: "high" },
        sbom: { formats: [...billFormats] },
      })
      .describe("what has to be attested of an image before it is placed"),
    quota: quotaSchema
      .optional()
      .describe("the tenant's share of the hosts; default: all of them, and as much again waiting"),
    dedicatedNodes: z
      .boolean()
      .default(true)
      .describe("whether the confidential hosts are this tenant's alone, and its pods run on no others"),
    verifierCidrs: z
      .array(cidrSchema)
      .default([])
      .describe(
        "ranges of an attestation verifier that guests ask themselves, on 443; none where the key broker asks it",
      ),
    priorityClasses: z
      .array(
        z
          .string()
          .regex(/^(?!system-)[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, "a PriorityClass that is not the system's"),
      )
      .default([])
      .describe("priority classes that the tenant's pods may name"),
  })
  .describe("what the provider demands of tenants' workloads");

export type Acceptance = z.infer<typeof acceptanceSchema>;

interface Accepting {
  readonly acceptance?: Acceptance | undefined;
}

/** Attestations that are demanded have to be somebody's. */
export function checkAcceptance(providers: readonly Accepting[], ctx: z.RefinementCtx): void {
  providers.forEach(({ acceptance }, p) => {
    if (!acceptance || acceptance.attestationSigners) return;
    const { vulnerabilityScan, sbom } = acceptance.requiredAttestations;
    if (vulnerabilityScan !== "notRequired" || sbom !== "notRequired")
      crossCheck(
        ctx,
        ["providers", p, "acceptance", "attestationSigners"],
        "is missing, and attestations are required; name the public keys of whoever scans images",
      );
  });
}

/** A rehearsal makes its own scanner, SIMULATED, and accepts the images of its own releases. */
export function checkRehearsedAcceptance(providers: readonly Accepting[], ctx: z.RefinementCtx): void {
  providers.forEach(({ acceptance }, p) => {
    const path = ["providers", p, "acceptance"];
    if (acceptance?.attestationSigners)
      crossCheck(ctx, [...path, "attestationSigners"], "is made by the rehearsal itself; remove it");
    if (acceptance && acceptance.images.length > 0)
      crossCheck(ctx, [...path, "images"], "follows from the rehearsal's own releases; remove it");
    if (acceptance?.imageSigners)
      crossCheck(ctx, [...path, "imageSigners"], "cannot be met in a rehearsal, whose images nobody signs; remove it");
  });
}
