import { z } from "zod";
import { nodesThatFit, parseRange } from "../../components/host/gcp/addresses";
import { cidrSchema, crossCheck, namedCidrSchema, uniqueNames } from "./common";

export const projectSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, "a project id")
  .describe("id of the project");
export const projectNumberSchema = z
  .string()
  .regex(/^\d{6,20}$/, "the project's number, not its id")
  .describe("number of the project, in quotes: principals are named by it");

const gcpNameSchema = z
  .string()
  .regex(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/, "a lower-case letter, then letters, digits and dashes, 40 at most");

const diskKeySchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("kms") }),
    z.strictObject({ kind: z.literal("google") }),
  ])
  .describe("key of the nodes' disks: {kind: kms} (an HSM key of this project) or {kind: google}");

/** How capacity with a confidential H100 is got; on demand is not documented. */
export const provisioningSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("spot"),
      onPreemption: z.enum(["STOP", "DELETE"]).default("STOP").describe("machines only: what happens when it is taken"),
    }),
    z.strictObject({
      kind: z.literal("flexStart"),
      maxRunSeconds: z.int().min(600).max(604_800).describe("longest run, at most seven days"),
    }),
    z.strictObject({ kind: z.literal("reservation"), name: gcpNameSchema.describe("a reservation of this project") }),
    z.strictObject({ kind: z.literal("standard") }),
  ])
  .describe(
    "as {kind: spot}, {kind: flexStart, maxRunSeconds: ...}, {kind: reservation, name: ...} or {kind: standard}",
  );

const gpuTypeSchema = z.string().default("a3-highgpu-1g").describe("machine type with one confidential GPU");

const gkeVersionSchema = z.string().regex(/^1\.\d+\.\d+-gke\.\d+$/, "a full version such as 1.34.1-gke.2909000");

const clusterSchema = z
  .union([
    z.strictObject({
      existing: gcpNameSchema.describe("name of a Standard cluster"),
      location: z.string().min(1).describe("its region, or its zone"),
      version: gkeVersionSchema
        .optional()
        .describe(
          "version of control plane and nodes; required of a cluster that is made, and without it nobody checks what an existing one knows",
        ),
    }),
    z.strictObject({
      name: gcpNameSchema.default("confidential").describe("name of the cluster"),
      version: gkeVersionSchema.describe("version of control plane and nodes"),
      controlPlaneCidr: cidrSchema.default("172.16.0.0/28").describe("range of the control plane, /28"),
      adminCidrs: z
        .array(namedCidrSchema)
        .min(1)
        .describe("ranges from which the control plane is reached; it has no public address"),
      systemMachineType: z
        .string()
        .default("n2d-standard-4")
        .describe("machine type of the system pool; a confidential one without GPU"),
      systemCount: z.int().min(1).max(9).default(1).describe("nodes of the system pool, per zone"),
      deletionProtection: z
        .boolean()
        .default(true)
        .describe("whether the cluster can be destroyed only after false was applied"),
    }),
  ])
  .describe("the GKE cluster, as {existing: <name>, location: ...} or {version: ..., adminCidrs: [...]}");

export const gcpNodePoolSchema = z
  .strictObject({
    name: gcpNameSchema
      .refine((name) => name !== "system", { error: "is the name of the cluster's own pool; write another" })
      .describe("name of the pool"),
    machineType: gpuTypeSchema,
    zones: z.array(z.string().min(1)).min(1).describe("zones of the nodes; each has to offer confidential GPUs"),
    minCount: z.int().min(0).max(1000).default(0).describe("fewest nodes per zone; 0 costs nothing while nobody asks"),
    maxCount: z.int().min(1).max(1000).default(1).describe("most nodes per zone"),
    provisioning: provisioningSchema.default({ kind: "spot", onPreemption: "STOP" }),
    gpuDriver: z
      .enum(["daemonSet", "google"])
      .default("daemonSet")
      .describe(
        "daemonSet: installed when you say so; google: at once, and upgrades of the control plane recreate GPU nodes at any time",
      ),
  })
  .superRefine(({ minCount, maxCount, provisioning }, ctx) => {
    if (minCount > maxCount) crossCheck(ctx, ["minCount"], `is more than maxCount, ${maxCount}; write at most that`);
    if (provisioning.kind === "flexStart" && minCount > 0)
      crossCheck(ctx, ["minCount"], "is more than 0, and Flex-start has no nodes that wait; write 0");
  });

/** What every machine outside of a cluster says. */
const machineSettings = {
  name: gcpNameSchema.describe("name of the machine"),
  machineType: gpuTypeSchema,
  zone: z.string().min(1).describe("a zone that offers confidential GPUs"),
  provisioning: provisioningSchema.default({ kind: "spot", onPreemption: "STOP" }),
};

export const confidentialSpaceSchema = z
  .strictObject({
    ...machineSettings,
    image: z
      .string()
      .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}$/, "a full image reference by digest")
      .describe("the workload's image by digest: it is in the attestation token"),
    baseImage: z
      .string()
      .regex(
        /^projects\/confidential-space-images\/global\/images\/(confidential-space-\d+|family\/confidential-space)$/,
        "projects/confidential-space-images/global/images/confidential-space-<number>; debug and preview images let people in",
      )
      .default("projects/confidential-space-images/global/images/family/confidential-space")
      .describe("production image of Confidential Space by its full name; default: the newest one, with a warning"),
    ports: z
      .array(z.int().min(1).max(65_535))
      .default([])
      .describe("TCP ports on which the container is reached from inside the network"),
    bootDiskGib: z.int().min(30).max(4096).default(200).describe("boot disk in GiB; it has to hold the image"),
  })
  .describe("a Confidential Space machine with one GPU");

export const gcpMachineSchema = z
  .strictObject({
    ...machineSettings,
    image: z
      .string()
      .regex(
        /^projects\/[\w.:-]+\/global\/images\/(?!family\/)[\w.-]+$/,
        "projects/<project>/global/images/<image>, no family",
      )
      .describe("image that is TDX capable, by its full name"),
    bootDiskGib: z.int().min(10).max(4096).default(100).describe("boot disk in GiB"),
  })
  .describe("a virtual machine with one confidential GPU");

/** What a provider places in its project: confidential nodes, and what they need around them. */
export const gcpSchema = z
  .strictObject({
    project: projectSchema,
    projectNumber: projectNumberSchema,
    region: z
      .string()
      .regex(/^[a-z]+(-[a-z]+)+\d+$/, "a region such as us-central1")
      .describe("region by its name, e.g. us-central1"),
    network: z
      .strictObject({
        cidr: cidrSchema
          .refine((cidr) => isNetworkRange(cidr), {
            error: "is no range of /16 to /20; write one such as 10.42.0.0/16",
          })
          .default("10.42.0.0/16")
          .describe("range of nodes, pods and Services together, /16 to /20"),
      })
      .default({ cidr: "10.42.0.0/16" })
      .describe("the nodes' network; no node has a public address"),
    diskKey: diskKeySchema,
    cluster: clusterSchema.optional(),
    nodePools: z
      .array(gcpNodePoolSchema)
      .default([])
      .superRefine((pools, ctx) => uniqueNames(ctx, pools))
      .describe("node pools of the cluster, each node with one confidential GPU"),
    driverManifest: z
      .strictObject({
        file: z.string().min(1).describe("path of the file, from the project's root"),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, "64 hex digits, as `sha256sum` prints them")
          .describe("its SHA-256: you have read it, and it runs as root in every node's TEE"),
      })
      .optional()
      .describe(
        "Google's daemonset-confidential.yaml (container-engine-accelerators), fetched by you at one commit; needed with trustfoundry:cluster and pools whose gpuDriver is daemonSet",
      ),
    machines: z
      .array(gcpMachineSchema)
      .default([])
      .superRefine((machines, ctx) => uniqueNames(ctx, machines))
      .describe("virtual machines outside of any cluster, each with one confidential GPU"),
    confidentialSpaces: z
      .array(confidentialSpaceSchema)
      .default([])
      .superRefine((spaces, ctx) => uniqueNames(ctx, spaces))
      .describe("Confidential Space machines: one attested container each"),
    restrictToConfidential: z
      .boolean()
      .default(true)
      .describe("organization policy that refuses machines without a TEE in the project"),
    perimeter: z
      .strictObject({
        accessPolicy: z
          .string()
          .regex(/^\d+$/, "the number of an access policy")
          .describe("access policy of the organization"),
        dryRun: z.boolean().default(true).describe("whether violations are logged only"),
      })
      .optional()
      .describe("VPC Service Controls around project and key services, as {accessPolicy: ...}"),
    acknowledged: z
      .array(z.string().regex(/^[a-z0-9-]{1,60}$/, "the name of a constraint, as warnings say it"))
      .default([])
      .describe("hints (constraints that no documentation states) that you override, by name"),
  })
  .superRefine(({ cluster, region, network, nodePools, machines, confidentialSpaces }, ctx) => {
    confidentialSpaces.forEach(({ name }, index) => {
      if (machines.some((machine) => machine.name === name))
        crossCheck(ctx, ["confidentialSpaces", index, "name"], "is a machine's name as well; give each its own");
    });
    if (cluster && nodePools.length === 0 && machines.length + confidentialSpaces.length > 0)
      crossCheck(ctx, ["nodePools"], "are none, and the cluster is for nothing else; write one, or remove the cluster");
    if (cluster && "existing" in cluster && !isIn(cluster.location, region))
      crossCheck(
        ctx,
        ["cluster", "location"],
        `is neither ${region} nor a zone of it; write the cluster's own, and its region into region`,
      );
    if (cluster && !("existing" in cluster)) {
      const zones = new Set(nodePools.flatMap((pool) => pool.zones)).size;
      const nodes =
        cluster.systemCount * zones + nodePools.reduce((sum, pool) => sum + pool.maxCount * pool.zones.length, 0);
      const fitting = isNetworkRange(network.cidr) ? nodesThatFit(network.cidr) : 0;
      if (fitting > 0 && nodes > fitting)
        crossCheck(
          ctx,
          ["network", "cidr"],
          `has addresses for the pods of ${fitting} nodes, and all pools together have up to ${nodes}; write a larger range, or a smaller maxCount`,
        );
    }
    if (nodePools.length > 0 && !cluster)
      crossCheck(
        ctx,
        ["cluster"],
        "is missing, and nodePools need one; write {existing: <name>, location: ...} or {version: ...}",
      );
    if (nodePools.length + machines.length + confidentialSpaces.length === 0)
      crossCheck(ctx, ["nodePools"], "are none, nor machines, nor confidentialSpaces; write at least one of them");
  })
  .describe("instead of hosts: confidential nodes on Google Cloud");

/** A region itself, or one of its zones. */
function isIn(location: string, region: string): boolean {
  return location === region || (location.startsWith(`${region}-`) && location.length === region.length + 2);
}

function isNetworkRange(cidr: string): boolean {
  const prefix = parseRange(cidr)?.prefix;
  return prefix !== undefined && prefix >= 16 && prefix <= 20;
}

export type Gcp = z.infer<typeof gcpSchema>;
