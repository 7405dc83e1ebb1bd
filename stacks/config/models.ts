import { z } from "zod";
import { agentOpenings } from "../../components/guest/genpolicy";
import { cpuTees, gpuModelNames, gpuModels } from "../../components/host/hardware";
import { kbsResourcePath } from "../../components/images/kbsResource";
import { sandboxedContainersSchema } from "../../components/workload/release/schema";
import { timeSchema } from "../../components/workload/release/time";
import { crossCheck, nameSchema, uniqueNames } from "./common";

const imageReference = z
  .string()
  .regex(
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/,
    "a full reference, e.g. nvcr.io/nim/meta/llama-3.1-8b-instruct:1.13.1",
  )
  .refine((reference) => /:[\w.-]+$|@sha256:/.test(reference) && !/:latest(@|$)/.test(reference), {
    message: "names no fixed version; write a tag other than `latest`, or a digest",
  });

/** One model as its owner declares it; a `Release` is computed from it. */
export const modelSchema = z
  .strictObject({
    name: nameSchema.describe("name of the model; workloads carry it"),
    version: z.string().min(1).describe("the owner's version of the model"),
    image: imageReference.describe("the serving image; its digest comes from catalog.lock unless it stands here"),
    signatureKey: z
      .string()
      .regex(/^-----BEGIN PUBLIC KEY-----[\s\S]+-----END PUBLIC KEY-----\s*$/, "a PEM public key")
      .optional()
      .describe("public key that the image is signed with (cosign); without it only the exact digest is accepted"),
    imageEncryptionKey: kbsResourcePath
      .optional()
      .describe("KBS resource that opens the image's encrypted layers; stands in keys, too"),
    artifact: z
      .string()
      .min(1)
      .optional()
      .describe("file that `model seal` wrote about the sealed weights; its key stands in keys, too"),
    servingKey: z
      .strictObject({
        publicKey: z.string().min(1).describe("file with the PEM public key"),
        resource: kbsResourcePath.describe("KBS resource of the private half; stands in keys, too"),
      })
      .optional()
      .describe("key that only this model's guests can use; clients bind their TLS connections to it"),
    agentPolicy: z
      .string()
      .min(1)
      .optional()
      .describe("file with the Rego that Kata's genpolicy made; without it Trustfoundry's own, which is experimental"),
    agentOpenings: z
      .array(z.enum(agentOpenings))
      .optional()
      .describe("what that policy opens to the host: exec, logs, stdin; default: nothing"),
    tee: z.enum(cpuTees).describe("CPU TEE the release is measured for"),
    sandboxedContainers: sandboxedContainersSchema
      .optional()
      .describe(
        "OpenShift: version of Red Hat's sandboxed containers whose guest launchMeasurement is of; without it the guest is upstream Kata's",
      ),
    gpu: z
      .strictObject({
        model: z.enum(gpuModelNames).describe("GPU model"),
        count: z.int().min(1).max(16).describe("GPUs of one replica"),
      })
      .describe("the GPUs of one replica"),
    cpus: z.int().min(1).max(512).describe("CPU limit of one replica; changes the launch measurement"),
    memoryGib: z.int().min(1).max(8192).describe("memory limit of one replica in GiB"),
    replicas: z.int().min(1).max(10_000).default(1).describe("how many replicas"),
    port: z.int().min(1).max(65535).default(8000).describe("port the model serves on"),
    command: z.array(z.string()).default([]).describe("command and arguments; empty keeps the image's own"),
    user: z
      .strictObject({ uid: z.int().min(1).max(2_147_483_647), gid: z.int().min(1).max(2_147_483_647) })
      .default({ uid: 1000, gid: 1000 })
      .describe("user and group id; guest pull needs them explicit and not root"),
    keys: z
      .array(kbsResourcePath)
      .min(1)
      .describe("KBS resources that this model's guests, and no others, may be given"),
    trustedStorageGib: z.int().min(1).max(16384).default(64).describe("encrypted scratch volume for image layers, GiB"),
    startupSeconds: z.int().min(10).max(7200).default(1560).describe("how long a replica may take until it serves"),
    awaitReadiness: z.boolean().default(true).describe("whether an update waits until the replicas are ready"),
    launchMeasurement: z
      .string()
      .regex(/^[0-9a-f]{96}$/, "48 bytes as lower-case hex")
      .optional()
      .describe("SNP launch digest or TDX MRTD; with a guestImage it has to equal what is computed"),
    rtmrs: z
      .strictObject({
        rtmr1: z.string().regex(/^[0-9a-f]{96}$/, "48 bytes as lower-case hex"),
        rtmr2: z.string().regex(/^[0-9a-f]{96}$/, "48 bytes as lower-case hex"),
      })
      .optional()
      .describe("TDX only: RTMR1 (kernel) and RTMR2 (command line), without which MRTD binds neither"),
    formerReleaseUntil: timeSchema
      .optional()
      .describe("rollover: until when guests of the release before the current one are given keys as well"),
    providers: z.array(nameSchema).min(1).describe("providers that the model may run at"),
  })
  .superRefine((model, ctx) => {
    const gpu = gpuModels[model.gpu.model];
    if (model.gpu.count > 1 && !("multiGpu" in gpu))
      crossCheck(ctx, ["gpu", "count"], `must be 1: ${model.gpu.model} is validated for single-GPU passthrough only`);
    if (model.tee === "snp" && model.rtmrs) crossCheck(ctx, ["rtmrs"], "belong to TDX; remove them or write tee: tdx");
    if (model.tee === "tdx" && model.launchMeasurement && !model.rtmrs)
      crossCheck(ctx, ["rtmrs"], "are missing: MRTD alone binds neither kernel nor command line; add rtmr1 and rtmr2");
  });

/** Also none: a trust stack may serve nodes of clouds alone. */
export const modelListSchema = z
  .array(modelSchema)
  .superRefine((models, ctx) => {
    uniqueNames(ctx, models);
    const owners = new Map<string, string>();
    models.forEach((model, index) =>
      model.keys.forEach((key, position) => {
        const other = owners.get(key);
        if (other) crossCheck(ctx, [index, "keys", position], `belongs to model ${other} already; one key, one model`);
        owners.set(key, model.name);
      }),
    );
  })
  .describe("the models that the owner releases");

export const modelsSchema = modelListSchema.min(1).describe("the models that the owner releases");

export type Model = z.infer<typeof modelSchema>;
