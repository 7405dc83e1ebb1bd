import { z } from "zod";
import { cidrSchema, nameSchema } from "./common";
import { collateralServiceSchema, nvidiaVerifierSchema, serviceSchema, vcekCacheSchema } from "./evidenceSources";
import { policyManagerSchema } from "./anjuna";
import { externalSecretsSchema } from "./fortanix";
import {
  keyAuthoritySchema,
  keyStoreSchema,
  objectNameSchema,
  pemCertificateSchema,
  sessionsSchema,
} from "./keyStores";
import { trusteeOperatorSchema } from "./trusteeOperator";

const tcb = z.int().min(0).max(255);
const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `${bytes} bytes as lower-case hex`);

/** How guests reach the model owner's key broker and what evidence must show. Everything here is known at preview. */
export const attestationSchema = z
  .strictObject({
    keyBroker: z
      .strictObject({
        dnsName: z
          .string()
          .regex(
            /^(?=.{1,253}$)([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
            "a full DNS name, e.g. kbs.acme.example",
          )
          .describe("DNS name of the KBS as guests resolve it; it is part of every measurement"),
        caCertificate: pemCertificateSchema.describe(
          "PEM of the long-lived CA that signs the KBS's certificate; measured, so never the leaf itself",
        ),
        replicas: z.int().min(1).max(9).default(2).describe("KBS replicas"),
        clientCidrs: z.array(cidrSchema).min(1).describe("ranges that guests come from; nobody else reaches the KBS"),
        sessions: sessionsSchema.default({ kind: "memory" }),
        metricsFrom: nameSchema.optional().describe("namespace whose pods may fetch /metrics from the KBS's port"),
      })
      .describe("the model owner's key broker"),
    operator: trusteeOperatorSchema.optional(),
    service: serviceSchema.default({ kind: "coco" }),
    keyStore: keyStoreSchema.default({ kind: "kvstorage" }),
    keyAuthority: keyAuthoritySchema.default("owner"),
    resourcesSecret: objectNameSchema
      .optional()
      .describe(
        "existing Secret with the keys of kvstorage; required outside rehearsals, made by other means than Pulumi",
      ),
    externalSecrets: externalSecretsSchema.optional(),
    policyManager: policyManagerSchema.optional(),
    nvidiaVerifier: nvidiaVerifierSchema.default("remote"),
    vcekCache: vcekCacheSchema.optional(),
    collateralService: collateralServiceSchema.optional(),
    evidenceServiceCidrs: z
      .array(cidrSchema)
      .min(1)
      .optional()
      .describe("ranges in which collateral and NVIDIA's service are reached; default: the public internet"),
    referenceValueExpiry: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}T00:00:00Z$/, "a UTC day such as 2028-01-01T00:00:00Z")
      .describe("day on which reference values must have been renewed"),
    snpTcb: z
      .strictObject({
        bootloader: tcb.describe("lowest accepted bootloader version"),
        microcode: tcb.describe("lowest accepted microcode version"),
        snp: tcb.describe("lowest accepted SNP firmware version"),
        tee: tcb.describe("lowest accepted TEE version"),
      })
      .optional()
      .describe("oldest accepted SEV-SNP firmware, as `snphost show tcb` lists it; needed for SNP models"),
    tdxTcb: z
      .strictObject({
        xfam: z
          .array(hex(8))
          .min(1)
          .describe("accepted XFAM values (features of the guest), 8 bytes as lower-case hex"),
        attributes: z
          .array(hex(8))
          .min(1)
          .default(["0000001000000000"])
          .describe("accepted TD attributes, 8 bytes as lower-case hex; default: SEPT_VE_DISABLE alone, so no debug"),
        mrSeam: z
          .array(hex(48))
          .min(1)
          .optional()
          .describe(
            "accepted TDX modules (MRSEAM), 48 bytes as lower-case hex; default: any that Intel calls UpToDate",
          ),
      })
      .optional()
      .describe("accepted TDX features and modules; needed for TDX models"),
    chips: z
      .array(z.string().regex(/^[0-9a-f]{32}$/, "a PPID, 32 lower-case hex digits"))
      .min(1)
      .optional()
      .describe("the only TDX platforms that guests may run on, by PPID; default: any genuine one"),
    gpus: z
      .array(z.string().regex(/^[1-9]\d{0,99}$/, "a GPU's ueid, a decimal number"))
      .min(1)
      .optional()
      .describe("the only GPUs that guests may have, by NVIDIA's ueid; default: any genuine ones"),
    gpuFirmware: z
      .strictObject({
        drivers: z.array(z.string().min(1)).min(1).describe("accepted GPU driver versions"),
        vbios: z.array(z.string().min(1)).min(1).describe("accepted VBIOS versions"),
        switchBios: z
          .array(z.string().min(1))
          .min(1)
          .optional()
          .describe("accepted NVSwitch BIOS versions; needed for eight-GPU Hopper models"),
      })
      .describe("accepted GPU driver and VBIOS versions"),
  })
  .describe("key broker and what evidence must show");

export type Attestation = z.infer<typeof attestationSchema>;
