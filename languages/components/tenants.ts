import { z } from "zod";
import { AdmissionPolicies } from "../../components/cluster/admissionPolicies";
import { TenantAcceptance } from "../../components/cluster/tenantAcceptance";
import { TenantNamespace } from "../../components/cluster/tenantNamespace";
import { tokens } from "../../components/tokens";
import { policiesInForce } from "../../policies/admission/inForce";
import { admissionPacks } from "../../policies/admission/packs";
import { exceptionsSchema } from "../../policies/exceptions";
import { acceptanceSchema, quotaSchema } from "../../stacks/config/acceptance";
import { acceptanceParameters } from "../../stacks/acceptance";
import { cidrSchema, deployerReadsEventsSchema, nameSchema, uniqueNames } from "../../stacks/config/common";
import { providerSchema } from "../../stacks/config/providers";
import { remoteComponent } from "../remoteComponent";
import { kubernetesVersionArgument } from "./hosts";

const { keyBrokerCidrs, registryCidrs } = providerSchema.shape;
const verifierCidrs = acceptanceSchema.shape.verifierCidrs;

export const tenantNamespace = remoteComponent({
  token: tokens.tenantNamespace,
  description:
    "Where one tenant's confidential pods live: closed network, restricted pods, a share of the hosts, one user who may place releases.",
  settings: z.strictObject({
    namespace: nameSchema.describe("name of the namespace: the tenant's own"),
    deployer: z.string().min(1).describe("Kubernetes user who may place releases here, and do nothing else"),
    deployerReadsEvents: deployerReadsEventsSchema,
    keyBrokerCidrs,
    registryCidrs,
    verifierCidrs,
    quota: quotaSchema,
    kubernetesVersion: kubernetesVersionArgument,
    platform: z.enum(["kubernetes", "openshift"]).default("kubernetes").describe("whose DNS and rules for pods count"),
  }),
  outputs: { namespaceName: { type: "text", description: "Name of the namespace, known once it is there." } },
  construct: ({ name, settings, opts }) => new TenantNamespace(name, settings, opts),
});

/** One tenant and what is accepted of it; the rest of a provider's demands is judged before a release is placed. */
const tenantSchema = z.strictObject({
  name: nameSchema.describe("the tenant's namespace"),
  keyBrokerCidrs: z
    .array(cidrSchema)
    .min(1)
    .describe(keyBrokerCidrs.description ?? ""),
  registryCidrs,
  verifierCidrs,
  registries: acceptanceSchema.shape.registries,
  images: acceptanceSchema.shape.images,
  dedicatedNodes: acceptanceSchema.shape.dedicatedNodes,
  priorityClasses: acceptanceSchema.shape.priorityClasses,
});

export const tenantAcceptance = remoteComponent({
  token: tokens.tenantAcceptance,
  description: "What a provider accepts of its tenants, where the provider's API server looks it up.",
  settings: z.strictObject({
    tenants: z
      .array(tenantSchema)
      .min(1)
      .superRefine((tenants, ctx) => uniqueNames(ctx, tenants))
      .describe("what is accepted of each tenant of the cluster"),
  }),
  outputs: {
    tenantNames: {
      type: "texts",
      property: "tenants",
      description: "Namespaces of tenants whose acceptance is in the cluster.",
    },
  },
  construct: ({ name, settings, opts }) =>
    new TenantAcceptance(
      name,
      { tenants: settings.tenants.map((tenant) => acceptanceParameters(tenant, tenant, tenant.name)) },
      opts,
    ),
});

export const admissionPolicies = remoteComponent({
  token: tokens.admissionPolicies,
  description:
    "Rules as the API server of one party enforces them. With `tenants`, make it depend on the TenantAcceptance of these.",
  settings: z.strictObject({
    party: z
      .enum(["provider", "owner"])
      .describe("whose cluster it is: provider (confidential pods) or owner (the key broker)"),
    pack: z.enum(admissionPacks).default("baseline").describe("pack whose rules are enforced; off: none"),
    exceptions: exceptionsSchema,
    tenants: z.array(nameSchema).default([]).describe("tenants whose TenantAcceptance is in the cluster"),
    isolationUnit: z
      .enum(["pod", "node"])
      .default("pod")
      .describe("what one TEE isolates: pod (Kata on bare metal) or node (a confidential machine of a cloud)"),
  }),
  outputs: { policyNames: { type: "texts", description: "Names of the policies in force." } },
  construct: ({ name, settings: { party, pack, ...options }, opts, surroundings: { now } }) =>
    new AdmissionPolicies(name, { policies: policiesInForce(party, pack, { ...options, now }) }, opts),
});
