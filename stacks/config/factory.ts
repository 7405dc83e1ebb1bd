import { z } from "zod";
import { gpuModels } from "../../components/host/hardware";
import { platformSets, supportsHopperPpcie } from "../../components/platform";
import { signerPolicySchema } from "../../components/workload/release/signers";
import { admissionPacks } from "../../policies/admission/packs";
import { exceptionsSchema } from "../../policies/exceptions";
import { checkAcceptance, checkRehearsedAcceptance } from "./acceptance";
import { attestationSchema } from "./attestation";
import { crossCheck, deployerReadsEventsSchema, nameSchema } from "./common";
import { modelListSchema, modelsSchema } from "./models";
import type { Model } from "./models";
import type { NodeKind } from "./nodes";
import { nodesSchema } from "./nodes";
import { partiesSchema } from "./parties";
import { platformSchema } from "./platform";
import type { Platform } from "./platform";
import { checkOneCloud, ownerKeysSchema } from "./ownerKeys";
import { isBareMetal, providersSchema } from "./providers";
import type { Provider } from "./providers";
import { shardCountSchema, shardSchema } from "./shard";

export const roles = ["trust", "keys", "infrastructure", "workloads", "rehearsal"] as const;
export type Role = (typeof roles)[number];

/** Isolation unit `node` belongs to clouds, where kubelet is inside the TCB; said explicitly, never blurred. */
const isolationUnitSchema = z
  .enum(["pod", "node"])
  .default("pod")
  .describe(
    "what one TEE isolates: pod (Kata on bare metal) or node (a confidential machine of a cloud, kubelet inside)",
  );

/** Where only pods can be: releases are measured guests of single pods. */
const podSchema = isolationUnitSchema
  .refine((unit) => unit === "pod", {
    message:
      "is the isolation unit of clouds, which have no measured guest for each pod; write pod, and see docs/clouds.md for nodes",
  })
  .transform((): "pod" => "pod");

const clusterSchema = z
  .strictObject({ context: z.string().min(1).describe("kubeconfig context of this party's cluster") })
  .describe("the cluster of this stack's party, as {context: <kubeconfig context>}");

const simulatedSchema = z
  .boolean()
  .default(false)
  .describe("true only in a rehearsal: made-up digests and measurements, which land on simulated hosts only");

const factorySchema = nameSchema.describe("name of this factory; releases of another one are refused");

const signersSchema = signerPolicySchema.describe("whose signatures a release needs: public keys by party");

const guestImageSetting = z
  .string()
  .min(1)
  .optional()
  .describe(
    "file that `guest describe` wrote about firmware, kernel and root file system; measurements follow from it",
  );

const admissionSchema = z
  .enum(admissionPacks)
  .default("baseline")
  .describe("pack whose rules this party's API server enforces, by admission policies; off: none");

const shared = {
  factory: factorySchema,
  isolationUnit: podSchema,
  platform: platformSchema,
  simulated: simulatedSchema,
  exceptions: exceptionsSchema,
  admission: admissionSchema,
};

/** The model owner's stack. It names providers, yet reads nothing of theirs. */
export const trustSchema = z
  .strictObject({
    role: z.literal("trust"),
    ...shared,
    isolationUnit: isolationUnitSchema
      .refine((unit) => unit === "pod", {
        message:
          "is for stacks whose own cluster has confidential nodes; leave it out, and name kinds of nodes in the section nodes",
      })
      .transform((): "pod" => "pod"),
    parties: partiesSchema,
    cluster: clusterSchema,
    attestation: attestationSchema
      .extend({ gpuFirmware: attestationSchema.shape.gpuFirmware.optional() })
      .describe("key broker and what evidence must show"),
    guestImage: guestImageSetting,
    models: modelListSchema.default([]),
    nodes: nodesSchema.default([]),
    releases: z.string().min(1).default("releases").describe("directory with the signed releases of the models"),
    signers: signersSchema.optional(),
  })
  .superRefine((config, ctx) => {
    checkModels(config.models, config.simulated, config.platform, ctx);
    checkServed(config, ctx);
  });

/** A provider's stack for hosts and operators. It sees no secret and no model. */
export const infrastructureSchema = z
  .strictObject({
    role: z.literal("infrastructure"),
    ...shared,
    isolationUnit: isolationUnitSchema,
    parties: partiesSchema,
    cluster: clusterSchema
      .optional()
      .describe("the provider's cluster, as {context: <kubeconfig context>}; on a cloud left out until there is one"),
    provider: nameSchema.describe("which of `providers` this stack belongs to"),
    providers: providersSchema,
    deployer: z.string().min(1).default("trustfoundry-deployer").describe("user who may place releases"),
    deployerReadsEvents: deployerReadsEventsSchema,
  })
  .superRefine((config, ctx) => {
    checkProviderName(config.provider, config.providers, ctx);
    checkProviders(config.providers, config.platform, config.simulated, ctx);
    checkAcceptance(config.providers, ctx);
    checkIsolation(config, ctx);
  });

/** A provider's stack that places what the model owner released. */
export const workloadsSchema = z
  .strictObject({
    role: z.literal("workloads"),
    ...shared,
    parties: partiesSchema,
    cluster: clusterSchema,
    provider: nameSchema.describe("which of `providers` this stack belongs to"),
    providers: providersSchema,
    handover: z.string().min(1).describe("directory with the release files received from the model owner"),
    releases: z
      .array(nameSchema)
      .superRefine((names, ctx) => {
        const seen = new Set<string>();
        names.forEach((name, index) => {
          if (seen.has(name)) crossCheck(ctx, [index], "stands twice; name each release once");
          seen.add(name);
        });
      })
      .describe("names of the releases to place; each has its file in the handover directory"),
    shard: shardSchema,
    signers: signersSchema,
  })
  .superRefine((config, ctx) => {
    checkProviderName(config.provider, config.providers, ctx);
    checkProviders(config.providers, config.platform, config.simulated, ctx);
    checkAcceptance(config.providers, ctx);
    checkOnBareMetal(config.providers, ctx);
  });

/** All of it at once, on one machine: the rehearsal derives the other roles' configuration from this. */
export const rehearsalSchema = z
  .strictObject({
    role: z.literal("rehearsal"),
    factory: factorySchema,
    isolationUnit: podSchema,
    platform: platformSchema,
    parties: partiesSchema,
    providers: providersSchema,
    // The rehearsal makes its own CA, so a certificate has no place in its description.
    attestation: attestationSchema
      .omit({ keyBroker: true })
      .extend({
        keyBroker: attestationSchema.shape.keyBroker
          .omit({ caCertificate: true })
          .describe("the model owner's key broker"),
      })
      .describe("key broker and what evidence must show"),
    guestImage: guestImageSetting,
    models: modelsSchema,
    workloadShards: shardCountSchema,
    exceptions: exceptionsSchema,
    admission: admissionSchema,
  })
  .superRefine((config, ctx) => {
    checkProviders(config.providers, config.platform, true, ctx);
    checkOnBareMetal(config.providers, ctx);
    checkRehearsedAcceptance(config.providers, ctx);
    config.providers.forEach(({ distribution }, index) => {
      if (distribution === "openshift")
        crossCheck(
          ctx,
          ["providers", index, "distribution"],
          "is not played in rehearsals, whose stand-ins are those of upstream's charts; write k8s",
        );
    });
    checkModels(config.models, true, config.platform, ctx);
    config.providers.forEach(({ name }, index) => {
      if (Object.values(config.parties).includes(name))
        crossCheck(
          ctx,
          ["providers", index, "name"],
          "is another party's name; the parties do not trust each other, so name each",
        );
    });
    config.models.forEach((model, index) =>
      model.providers.forEach((provider, position) => {
        if (!config.providers.some((candidate) => candidate.name === provider))
          crossCheck(
            ctx,
            ["models", index, "providers", position],
            `is no provider; write one of ${config.providers.map((candidate) => candidate.name).join(", ")}`,
          );
      }),
    );
  });

export type TrustConfig = z.infer<typeof trustSchema>;
export type InfrastructureConfig = z.infer<typeof infrastructureSchema>;
export type WorkloadsConfig = z.infer<typeof workloadsSchema>;
/** The whole description of one AI factory. */
export type Factory = z.infer<typeof rehearsalSchema>;

/** The model owner's keys at a cloud, released by that cloud's own attestation. */
export const keysSchema = z
  .strictObject({
    role: z.literal("keys"),
    factory: factorySchema,
    parties: partiesSchema,
    exceptions: exceptionsSchema,
    ...ownerKeysSchema.shape,
  })
  .superRefine(checkOneCloud);

export type KeysConfig = z.infer<typeof keysSchema>;

export const roleSchemas = {
  trust: trustSchema,
  keys: keysSchema,
  infrastructure: infrastructureSchema,
  workloads: workloadsSchema,
  rehearsal: rehearsalSchema,
} as const;

/** A key broker for nobody, releases without signers or firmware, and one key for two. */
function checkServed(
  config: {
    models: readonly Model[];
    nodes: readonly NodeKind[];
    signers?: unknown;
    attestation: { gpuFirmware?: unknown };
  },
  ctx: z.RefinementCtx,
): void {
  const { models, nodes, signers, attestation } = config;
  if (models.length + nodes.length === 0)
    crossCheck(ctx, ["models"], "are none, and nodes neither; write at least one of either");
  if (models.length > 0 && signers === undefined)
    crossCheck(ctx, ["signers"], "is missing; add whose signatures a release needs: public keys by party");
  if (models.length > 0 && attestation.gpuFirmware === undefined)
    crossCheck(ctx, ["attestation", "gpuFirmware"], "is missing; add the accepted GPU driver and VBIOS versions");
  const released = new Map(models.flatMap(({ name, keys }) => keys.map((key) => [key, name] as const)));
  nodes.forEach(({ keys }, index) =>
    keys.forEach((key, position) => {
      const owner = released.get(key);
      if (owner !== undefined)
        crossCheck(
          ctx,
          ["nodes", index, "keys", position],
          `belongs to model ${owner}, whose pods are isolated from their node; give the nodes keys of their own`,
        );
    }),
  );
}

function checkProviderName(name: string, providers: readonly Provider[], ctx: z.RefinementCtx): void {
  if (!providers.some((provider) => provider.name === name))
    crossCheck(ctx, ["provider"], `is not among providers; write one of ${providers.map((p) => p.name).join(", ")}`);
}

/** A provider's kind of nodes and the isolation unit say the same, so that nobody takes the one for the other. */
function checkIsolation(
  config: { provider: string; providers: readonly Provider[]; isolationUnit: "pod" | "node"; cluster?: unknown },
  ctx: z.RefinementCtx,
): void {
  const provider = config.providers.find(({ name }) => name === config.provider);
  if (!provider) return;
  const unit = isBareMetal(provider) ? "pod" : "node";
  if (config.isolationUnit !== unit)
    crossCheck(
      ctx,
      ["isolationUnit"],
      unit === "node"
        ? `is not what a cloud isolates: there the whole node is the TEE, with kubelet and all its pods inside; write node (docs/clouds.md)`
        : `is for nodes of clouds, and ${provider.name} has hosts; write pod`,
    );
  if (unit === "pod" && config.cluster === undefined)
    crossCheck(ctx, ["cluster"], "is missing; write {context: <kubeconfig context>} of the provider's cluster");
}

function checkOnBareMetal(providers: readonly Provider[], ctx: z.RefinementCtx): void {
  providers.forEach((provider, index) => {
    if (provider.azure ?? provider.gcp)
      crossCheck(
        ctx,
        ["providers", index, provider.azure ? "azure" : "gcp"],
        "has nodes for TEEs, and this role places pods that are TEEs of their own; use it with hosts on bare metal",
      );
  });
}

function checkProviders(
  providers: readonly Provider[],
  platform: Platform,
  simulated: boolean,
  ctx: z.RefinementCtx,
): void {
  providers.forEach(({ hosts }, p) => checkHosts(hosts, platform, simulated, ctx, ["providers", p]));
}

/** What hosts need of the versions on them, and what is theirs in a rehearsal alone. */
export function checkHosts(
  hosts: Provider["hosts"],
  platform: Pick<Platform, "set" | "versions">,
  simulated: boolean,
  ctx: z.RefinementCtx,
  within: readonly (string | number)[] = [],
): void {
  hosts.forEach((host, h) => {
    const path = [...within, "hosts", h];
    if (host.ccMode === "ppcie" && !supportsHopperPpcie(platform.versions))
      crossCheck(
        ctx,
        [...path, "ccMode"],
        `needs Kata 4.1.0, since earlier ones hide the NVSwitches from the guest (kata-containers issue 13430), and the platform set is ` +
          `${platform.set} (${platformSets[platform.set].versions.kata}); write on, or choose \`platform: {set: newest}\``,
      );
    if (host.simulatedFault && !simulated) crossCheck(ctx, [...path, "simulatedFault"], "is for rehearsals; remove it");
  });
}

function checkModels(models: readonly Model[], simulated: boolean, platform: Platform, ctx: z.RefinementCtx): void {
  models.forEach((model, index) => {
    if (!simulated && model.command.length === 0)
      crossCheck(
        ctx,
        ["models", index, "command"],
        "is empty: the host could start any program of the image and have it fetch the keys; name the program with its arguments",
      );
    const gpu = gpuModels[model.gpu.model];
    if (model.gpu.count > 1 && "multiGpu" in gpu && gpu.multiGpu === "ppcie" && !supportsHopperPpcie(platform.versions))
      crossCheck(
        ctx,
        ["models", index, "gpu", "count"],
        `needs all GPUs of a Hopper host in ppcie mode and thereby Kata 4.1.0; write 1, or choose \`platform: {set: newest}\``,
      );
  });
}
