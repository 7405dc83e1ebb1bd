import { z } from "zod";
import { ccModes, cpuModelNames, gpuModelNames, gpuModels } from "../../components/host/hardware";
import { distributions } from "../../components/runtime/kataValues";
import { acceptanceSchema } from "./acceptance";
import { anjunaSchema } from "./anjuna";
import { azureSchema } from "./azure";
import { cidrSchema, crossCheck, nameSchema, uniqueNames } from "./common";
import { ConfigurationError, location } from "./errors";
import { checkFirmware, firmwareSchema } from "./firmware";
import { fortanixSchema } from "./fortanix";
import { gcpSchema } from "./gcp";
import { checkIntel, intelSchema } from "./intel";
import { checkOpenshift, openshiftSchema } from "./openshift";
import { checkPeerPods, peerPodsSchema } from "./peerPods";

export const hostSchema = z
  .strictObject({
    name: nameSchema.describe("the Kubernetes node name"),
    cpu: z.enum(cpuModelNames).describe("CPU generation of NVIDIA's validated matrix"),
    teeEnabled: z.boolean().default(true).describe("whether SEV-SNP or TDX is switched on in the firmware"),
    gpu: z
      .strictObject({
        model: z.enum(gpuModelNames).describe("GPU model of NVIDIA's validated matrix"),
        count: z.int().min(1).max(16).describe("GPUs in the host"),
      })
      .describe("the host's GPUs"),
    ccMode: z.enum(ccModes).default("on").describe("confidential-computing mode asked of the GPUs"),
    cpus: z.int().min(2).max(1024).describe("logical CPUs of the host"),
    memoryGib: z.int().min(16).max(16384).describe("memory of the host in GiB"),
    firmware: firmwareSchema.optional(),
    simulatedFault: z
      .enum(["ccModeFailed"])
      .optional()
      .describe("rehearsal only: a fault that the simulated host acts out"),
  })
  .superRefine((host, ctx) => {
    checkFirmware(host, ctx);
    const modes: readonly string[] = gpuModels[host.gpu.model].ccModes;
    if (host.ccMode !== "off" && !modes.includes(host.ccMode))
      crossCheck(ctx, ["ccMode"], `is not a mode of ${host.gpu.model}; write ${[...modes, "off"].join(" or ")}`);
    if (!host.teeEnabled && host.ccMode !== "off")
      crossCheck(
        ctx,
        ["ccMode"],
        "asks for confidential GPUs on a host whose CPU TEE is off; switch SEV-SNP or TDX on, or write off",
      );
    if (host.ccMode === "ppcie" && host.gpu.count !== 8)
      crossCheck(
        ctx,
        ["gpu", "count"],
        "must be 8 in ppcie mode: all GPUs and NVSwitches of an HGX board go to one pod",
      );
  });

export const providerSchema = z
  .strictObject({
    name: nameSchema.describe("the infrastructure provider"),
    distribution: z
      .enum([...distributions, "openshift"])
      .default("k8s")
      .describe("Kubernetes distribution"),
    kubernetesVersion: z
      .string()
      .regex(/^1\.(3[2-9]|[4-9]\d)$/, "1.32 or later, e.g. 1.36")
      .default("1.36")
      .describe("Kubernetes minor version; on OpenShift it follows from openshift.version"),
    trustedStorageClass: z
      .string()
      .min(1)
      .optional()
      .describe("StorageClass of raw block volumes for guest-pulled image layers; needed with hosts"),
    surge: z
      .array(nameSchema)
      .optional()
      .describe(
        "models of which a new pod starts before the one that it replaces stops; needs as many GPUs to spare (default: none)",
      ),
    ingressNamespace: nameSchema.default("ingress").describe("namespace whose pods may reach the models"),
    registryCidrs: z.array(cidrSchema).default([]).describe("ranges of the registries that guests pull from"),
    keyBrokerCidrs: z
      .array(cidrSchema)
      .min(1)
      .describe("ranges of the model owner's key broker, reachable on 443 only"),
    acceptance: acceptanceSchema.optional(),
    hosts: z.array(hostSchema).default([]).describe("the provider's GPU hosts on bare metal"),
    openshift: openshiftSchema.optional(),
    azure: azureSchema.optional(),
    gcp: gcpSchema.optional(),
    peerPods: peerPodsSchema.optional(),
    anjuna: anjunaSchema.optional(),
    fortanix: fortanixSchema.optional(),
    intel: intelSchema.optional(),
  })
  .superRefine((provider, ctx) => {
    checkPeerPods(provider, ctx);
    checkOpenshift(provider, ctx);
    checkIntel(provider, ctx);
    uniqueNames(ctx, provider.hosts, ["hosts"]);
    const kinds = ["hosts", "azure", "gcp"].filter((kind) => placesOf(provider, kind).length > 0);
    if (kinds.length !== 1)
      crossCheck(
        ctx,
        ["hosts"],
        kinds.length === 0
          ? "are none; write the provider's hosts, or azure or gcp for nodes of a cloud"
          : `stand beside others (${kinds.join(", ")}); write one provider for each`,
      );
    if (provider.hosts.length > 0 && provider.trustedStorageClass === undefined)
      crossCheck(ctx, ["trustedStorageClass"], "is missing; name the StorageClass of raw block volumes on the hosts");
    for (const section of ["anjuna", "fortanix"] as const)
      if (provider[section] && provider.hosts.length === 0)
        crossCheck(ctx, [section], "is for a provider with hosts of its own here; remove it from a cloud's");
  });

function placesOf(provider: { hosts: unknown[]; azure?: unknown; gcp?: unknown }, kind: string): unknown[] {
  return kind === "hosts" ? provider.hosts : [provider[kind as "azure" | "gcp"]].filter((cloud) => cloud !== undefined);
}

export const providersSchema = z
  .array(providerSchema)
  .min(1)
  .superRefine((providers, ctx) => uniqueNames(ctx, providers))
  .describe("one infrastructure provider or several: one release may run at many places");

export type Provider = z.infer<typeof providerSchema>;

/** Pods of such a provider are isolated one by one; on a cloud the node is. */
export type BareMetalProvider = Provider & { readonly trustedStorageClass: string };

export function isBareMetal(provider: Provider): provider is BareMetalProvider {
  return provider.hosts.length > 0 && provider.trustedStorageClass !== undefined;
}

/** The provider of this name; the schema has compared the two. */
export function providerNamed(name: string, providers: readonly Provider[]): Provider {
  const provider = providers.find((candidate) => candidate.name === name);
  if (!provider) throw new ConfigurationError([`${location(["provider"])}: "${name}" is not among providers`]);
  return provider;
}
