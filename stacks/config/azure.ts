import { z } from "zod";
import { cidrSchema, crossCheck, nameSchema, uniqueNames } from "./common";

const uuid = (what: string) => z.uuid().describe(what);

/** Name of an Azure resource as it stands in addresses: letters, digits, dots, dashes and underscores. */
export const azureNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9]([\w.-]{0,62}[A-Za-z0-9])?$/, "letters, digits, dots, dashes and underscores, 64 at most");

/** What releases disk keys to machines is named so in every tenant; access is granted to its object in one. */
const orchestratorAppId = "bf7b6499-ff71-4aa2-97a4-f372087be7f0";

/** The disks of confidential nodes: whose key, and where it is kept. */
const diskKeySchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("vault"),
      orchestratorObjectId: z
        .uuid()
        .refine((id) => id !== orchestratorAppId, {
          error: `is its appId, the same in all tenants; write its object id in yours: az ad sp show --id ${orchestratorAppId} --query id`,
        })
        .describe(
          `object id in your tenant of the service principal Confidential VM Orchestrator (appId ${orchestratorAppId})`,
        ),
    }),
    z.strictObject({
      kind: z.literal("external"),
      keyUrl: z
        .string()
        .regex(
          /^https:\/\/[a-z0-9-]+\.(vault\.azure\.net|managedhsm\.azure\.net)\/keys\/[A-Za-z0-9-]+\/[0-9a-f]{32}$/,
          "the versioned address of a key, https://<hsm>.managedhsm.azure.net/keys/<name>/<version>",
        )
        .describe("versioned address of a key that ARM cannot make: a Managed HSM's, or another vault's"),
      granted: z
        .boolean()
        .default(false)
        .describe(
          "whether the key's owner has granted it to the identity that the first `up` shows; machines wait for it",
        ),
    }),
    z.strictObject({ kind: z.literal("platform") }),
  ])
  .describe(
    "key of the machines' disks (AKS keeps its nodes' under Azure's own), as {kind: vault, orchestratorObjectId: ...}, {kind: external, keyUrl: ...} or {kind: platform}",
  );

const kubernetesVersionSchema = z
  .string()
  .regex(/^1\.(3[2-9]|[4-9]\d)(\.\d+)?$/, "1.32 or later, e.g. 1.34")
  .describe("Kubernetes version of the cluster and its pools; which Ubuntu nodes have depends on it");

const clusterSchema = z
  .union([
    z.strictObject({
      existing: azureNameSchema.describe("name of an AKS cluster that is there, in the same region"),
      resourceGroup: azureNameSchema.describe("the cluster's own resource group"),
      nodeSubnetId: z
        .string()
        .regex(
          /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/,
          "/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Network/virtualNetworks/<network>/subnets/<subnet>",
        )
        .describe("subnet for the nodes, in the cluster's network"),
      kubernetesVersion: kubernetesVersionSchema,
    }),
    z.strictObject({
      name: nameSchema.default("factory").describe("name of the cluster that is made"),
      kubernetesVersion: kubernetesVersionSchema,
      adminGroups: z.array(uuid("object id of a group")).min(1).describe("Entra groups whose members administer it"),
      systemSize: z
        .string()
        .default("Standard_DC4as_v5")
        .describe("size of the system pool; a confidential one without GPU, since its nodes see the tenants' traffic"),
      systemCount: z.int().min(1).max(9).default(3).describe("nodes of the system pool"),
    }),
  ])
  .describe(
    "the AKS cluster, as {existing: <name>, resourceGroup: ..., nodeSubnetId: ..., kubernetesVersion: ...} or {kubernetesVersion: ..., adminGroups: [...]}",
  );

const gpuSizeSchema = z.string().default("Standard_NCC40ads_H100_v5").describe("size with one confidential GPU");
const spotSchema = z.boolean().default(false).describe("Spot capacity: cheaper, and taken away at any time");

export const azureNodePoolSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9]{0,11}$/, "a letter, then letters and digits, 12 at most")
      .describe("name of the AKS pool"),
    size: gpuSizeSchema,
    minCount: z.int().min(0).max(1000).default(0).describe("fewest nodes; 0 costs nothing while nobody asks"),
    maxCount: z.int().min(1).max(1000).default(1).describe("most nodes"),
    spot: spotSchema,
    osSku: z
      .enum(["Ubuntu", "Ubuntu2404", "AzureLinux"])
      .default("Ubuntu")
      .describe(
        "operating system of the nodes; the signed GPU driver is for Ubuntu 24.04, which Ubuntu is from Kubernetes 1.34 on",
      ),
  })
  .superRefine(({ minCount, maxCount }, ctx) => {
    if (minCount > maxCount) crossCheck(ctx, ["minCount"], `is more than maxCount, ${maxCount}; write at most that`);
  });

/** Images as Azure names them; a version is always pinned. */
const imageSchema = z
  .union([
    z.strictObject({
      publisher: z.string().min(1).describe("who publishes it, such as Canonical"),
      offer: z.string().min(1).describe("its offer, such as ubuntu-24_04-lts"),
      sku: z.string().min(1).describe("its SKU, such as cvm"),
      version: z
        .string()
        .regex(/^\d+(\.\d+)+$/, "a version such as 24.04.202610010, never latest")
        .describe("its version, never latest"),
    }),
    z.strictObject({
      communityGalleryImage: z
        .string()
        .regex(
          /^\/CommunityGalleries\/[\w-]+\/Images\/[\w.-]+\/Versions\/\d+(\.\d+)+$/i,
          "/CommunityGalleries/<gallery>/Images/<image>/Versions/<version>, never latest",
        )
        .describe("version of an image in a community gallery, such as Azure's own with driver and verifier"),
    }),
    z.strictObject({
      id: z
        .string()
        .regex(/^\/subscriptions\/.+/, "the id of an image version of your own")
        .describe("id of an image version of your own"),
    }),
  ])
  .describe(
    "image, as {publisher, offer, sku, version}, {communityGalleryImage: /CommunityGalleries/...} or {id: /subscriptions/...}",
  );

export const azureMachineSchema = z
  .strictObject({
    name: nameSchema.describe("name of the virtual machine"),
    size: gpuSizeSchema,
    image: imageSchema,
    diskEncryption: z
      .enum(["DiskWithVMGuestState", "VMGuestStateOnly"])
      .default("DiskWithVMGuestState")
      .describe("what is sealed to the machine: disk and guest state, or guest state alone"),
    secureBoot: z.boolean().default(true).describe("Secure Boot; only signed GPU drivers load"),
    osDiskGib: z.int().min(30).max(4096).default(100).describe("OS disk in GiB"),
    spot: spotSchema,
    adminUsername: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/, "a user name")
      .default("operator")
      .describe("user who may log in"),
    sshPublicKey: z
      .string()
      .regex(/^(ssh-rsa|ssh-ed25519|ecdsa-sha2-\S+) \S+( .*)?$/, "one public key as in authorized_keys, in one line")
      .describe("public key of who may log in; Azure makes no Linux machine without"),
  })
  .describe("a virtual machine with one confidential GPU");

/** What a provider places in its subscription: confidential nodes, and what they need around them. */
export const azureSchema = z
  .strictObject({
    subscriptionId: uuid("the provider's subscription"),
    tenantId: uuid("its Entra tenant"),
    region: z.string().min(1).describe("region by its short name, e.g. eastus2"),
    resourceGroup: azureNameSchema.describe("resource group that is made for all of it"),
    network: z
      .strictObject({ cidr: cidrSchema.default("10.42.0.0/16").describe("range of the virtual network, /16 to /20") })
      .default({ cidr: "10.42.0.0/16" })
      .describe("the nodes' network; no node has a public address"),
    diskKey: diskKeySchema,
    cluster: clusterSchema.optional(),
    nodePools: z
      .array(azureNodePoolSchema)
      .default([])
      .superRefine((pools, ctx) => uniqueNames(ctx, pools))
      .describe("node pools of the cluster, each node with one confidential GPU"),
    machines: z
      .array(azureMachineSchema)
      .default([])
      .superRefine((machines, ctx) => uniqueNames(ctx, machines))
      .describe("virtual machines outside of any cluster, each with one confidential GPU"),
    attestation: z
      .enum(["shared", "own"])
      .default("shared")
      .describe("Azure's attestation service for disk keys: the region's shared authority, or a provider of your own"),
    denyOtherSizes: z
      .boolean()
      .default(true)
      .describe(
        "Azure Policy that refuses machines and pools without a TEE in the resource group; its property names were not tried with Azure, so write false where Azure refuses the definition",
      ),
    acknowledged: z
      .array(z.string().regex(/^[a-z0-9-]{1,60}$/, "the name of a constraint, as warnings say it"))
      .default([])
      .describe("hints (constraints that no documentation states) that you override, by name"),
  })
  .superRefine(({ cluster, diskKey, nodePools, machines }, ctx) => {
    if (diskKey.kind !== "platform" && machines.length === 0 && nodePools.length > 0)
      crossCheck(
        ctx,
        ["diskKey"],
        "would open no disk: it is for machines, and Azure documents no key of yours for nodes of AKS; write {kind: platform}",
      );
    if (nodePools.length > 0 && !cluster)
      crossCheck(
        ctx,
        ["cluster"],
        "is missing, and nodePools need one; write {existing: <name>, ...} or {kubernetesVersion: ..., adminGroups: [...]}",
      );
    if (nodePools.length + machines.length === 0)
      crossCheck(ctx, ["nodePools"], "are none, and machines neither; write at least one of either");
  })
  .describe("instead of hosts: confidential nodes on Azure");

export type Azure = z.infer<typeof azureSchema>;
