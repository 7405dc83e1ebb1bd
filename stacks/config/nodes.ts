import { z } from "zod";
import { pinnedRegisters, requiredRegisters } from "../../components/attestation/nodeAdmission";
import { gpuModelNames } from "../../components/host/hardware";
import { kbsResourcePath } from "../../components/images/kbsResource";
import { timeSchema } from "../../components/workload/release/time";
import { nameSchema, uniqueNames } from "./common";

const tcb = z.int().min(0).max(255);
export const hexes = (bytes: number, what: string) =>
  z
    .array(z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `${bytes} bytes as lower-case hex`))
    .min(1)
    .describe(what);

const register = hexes(32, "accepted values of this register of the virtual TPM, SHA-256, 32 bytes as lower-case hex");
const isRequired = (number: string) => requiredRegisters.some((required) => required === number);
export const registersSchema = z
  .strictObject(
    Object.fromEntries(
      pinnedRegisters.map((number) => [number, isRequired(number) ? register : register.optional()]),
    ) as Record<(typeof requiredRegisters)[number], typeof register> &
      Record<
        Exclude<(typeof pinnedRegisters)[number], (typeof requiredRegisters)[number]>,
        z.ZodOptional<typeof register>
      >,
  )
  .describe('accepted values by register, as {"04": [...], "08": [...], "09": [...], "11": [...], "12": [...]}');

/** SEV-SNP on Azure. */
export const azureSchema = z.strictObject({
  kind: z.literal("azureSnpVtpm"),
  measurements: hexes(
    48,
    "accepted launch measurements of Microsoft's paravisor, 48 bytes as lower-case hex; Trustee's claim is the same in base64",
  ),
  pcrs: registersSchema,
  tcb: z
    .strictObject({
      bootloader: tcb.describe("lowest accepted bootloader version"),
      microcode: tcb.describe("lowest accepted microcode version"),
      snp: tcb.describe("lowest accepted SNP firmware version"),
      tee: tcb.describe("lowest accepted TEE version"),
    })
    .describe("oldest accepted SEV-SNP firmware, as reported_tcb_... of the nodes' evidence"),
});

/** A TDX node with an ordinary quote. */
export const tdxSchema = z.strictObject({
  kind: z.literal("tdx"),
  mrTd: hexes(48, "accepted firmware (MRTD), 48 bytes as lower-case hex"),
  rtmr0: hexes(48, "accepted RTMR0, the firmware's configuration; default: not compared").optional(),
  rtmr1: hexes(48, "accepted RTMR1, the boot loader, 48 bytes as lower-case hex"),
  rtmr2: hexes(48, "accepted RTMR2, kernel, command line and initrd, 48 bytes as lower-case hex"),
  rtmr3: hexes(48, "accepted RTMR3, which software extends by itself; default: not compared").optional(),
  xfam: hexes(8, "accepted XFAM values (features of the machine), 8 bytes as lower-case hex"),
  attributes: hexes(
    8,
    "accepted TD attributes, 8 bytes as lower-case hex; default: SEPT_VE_DISABLE alone, so no debug",
  ).default(["0000001000000000"]),
  mrSeam: hexes(48, "accepted TDX modules (MRSEAM); default: any that Intel calls UpToDate").optional(),
  mrConfigId: hexes(48, "accepted MRCONFIGID, where a pod's guest has its init-data; default: all zeros, none").default(
    ["0".repeat(96)],
  ),
});

/** One kind of confidential node that keys are released to. Nobody signs it: this text is the owner's statement. */
export const nodeSchema = z.strictObject({
  name: nameSchema.describe("name of the kind of node"),
  provider: nameSchema.optional().describe("who runs such nodes; for people alone, since no evidence says it"),
  evidence: z
    .discriminatedUnion("kind", [azureSchema, tdxSchema])
    .describe(
      "what its CPU has to prove, observed on a node that you trust, as {kind: azureSnpVtpm, measurements, pcrs, tcb} or {kind: tdx, mrTd, rtmr1, rtmr2, xfam}",
    ),
  gpu: z
    .strictObject({
      model: z.enum(gpuModelNames).describe("GPU model"),
      count: z.literal(1).default(1).describe("1: no confidential node of a cloud has more GPUs"),
      drivers: z.array(z.string().min(1)).min(1).describe("accepted GPU driver versions"),
      vbios: z.array(z.string().min(1)).min(1).describe("accepted VBIOS versions"),
    })
    .describe("the node's one GPU"),
  keys: z
    .array(kbsResourcePath)
    .min(1)
    .describe("KBS resources that such nodes are given, and thereby everybody who commands one; no model's keys"),
  notBefore: timeSchema.describe("from when such nodes are given keys, YYYY-MM-DDTHH:MM:SSZ"),
  notAfter: timeSchema.describe(
    "until when, YYYY-MM-DDTHH:MM:SSZ: by then the values have to be observed again, since node images change often",
  ),
});

export const nodesSchema = z
  .array(nodeSchema)
  .superRefine((nodes, ctx) => uniqueNames(ctx, nodes))
  .describe("kinds of confidential nodes of clouds that are given keys of their own (docs/trust.md)");

export type NodeKind = z.infer<typeof nodeSchema>;
