import { z } from "zod";
import { crossCheck } from "./common";

const credentialsSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("workloadIdentity"),
      identity: z
        .string()
        .regex(
          /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z][a-z0-9-]+@[a-z0-9.-]+\.iam\.gserviceaccount\.com)$/,
          "client id of a managed identity, or <name>@<project>.iam.gserviceaccount.com",
        )
        .describe("client id of a managed identity (Azure), or address of a service account (Google Cloud)"),
    }),
    z.strictObject({
      kind: z.literal("secret"),
      name: z
        .literal("peer-pods-secret")
        .describe(
          "the Secret that you made in confidential-containers-system; the chart's controller reads no other name",
        ),
    }),
  ])
  .describe(
    "whose rights make the pods' machines, as {kind: workloadIdentity, identity: ...} or {kind: secret, name: peer-pods-secret}",
  );

const azureSchema = z
  .strictObject({
    subnetId: z
      .string()
      .regex(/^\/subscriptions\/[^/]+\/resourceGroups\/.+\/subnets\/[^/]+$/i, "the id of a subnet, /subscriptions/...")
      .describe("subnet of the pods' machines"),
    imageId: z
      .string()
      .regex(/^\/(subscriptions|CommunityGalleries|SharedGalleries)\/.+/i, "the id of an image version")
      .describe("image version of the pods' machine, of your own making; for GPUs with a signed driver"),
    size: z.string().min(1).describe("confidential size of the pods' machines, e.g. Standard_DC2as_v5"),
    secureBoot: z.boolean().default(true).describe("Secure Boot of the pods' machines"),
  })
  .describe("peer pods on Azure");

const gcpSchema = z
  .strictObject({
    zone: z.string().min(1).describe("zone of the pods' machines"),
    network: z.string().min(1).describe("VPC network of the pods' machines"),
    subnetwork: z.string().min(1).describe("subnetwork of the pods' machines"),
    image: z
      .string()
      .regex(
        /^\/?projects\/[\w.:-]+\/global\/images\/(?!family\/)[\w.-]+$/,
        "projects/<project>/global/images/<image>, no family",
      )
      .describe("image of the pods' machine, of your own making, by its full name"),
    machineType: z.string().min(1).describe("machine type without GPU, e.g. n2d-standard-4"),
    tee: z.enum(["TDX", "SEV_SNP"]).describe("TEE of the pods' machines"),
    rootVolumeGib: z.int().min(10).max(4096).default(20).describe("root volume in GiB"),
  })
  .describe("peer pods on Google Cloud; no GPUs");

/** Pods as confidential machines of the cloud: the experimental pod-level path. */
export const peerPodsSchema = z
  .strictObject({
    experimental: z
      .literal(true)
      .describe("true: you know that no vendor has validated this, and that the pods' image is yours"),
    azure: azureSchema.optional(),
    gcp: gcpSchema.optional(),
    credentials: credentialsSchema,
    limitPerNode: z
      .int()
      .min(1)
      .max(100)
      .default(2)
      .describe("most pods' machines for each node with the label node.kubernetes.io/worker"),
    webhook: z
      .boolean()
      .default(true)
      .describe("count peer pods and size their machines by pods' limits; needs cert-manager in the cluster"),
  })
  .describe("experimental: pods that are confidential machines of the cloud, beside the nodes");

export type PeerPodsConfig = z.infer<typeof peerPodsSchema>;

interface WithPeerPods {
  readonly peerPods?: PeerPodsConfig | undefined;
  readonly azure?: { readonly cluster?: unknown } | undefined;
  readonly gcp?: { readonly cluster?: unknown } | undefined;
}

/** Peer pods are of the provider's own cloud, and are bound to a cluster of its. */
export function checkPeerPods({ peerPods, azure, gcp }: WithPeerPods, ctx: z.RefinementCtx): void {
  if (!peerPods) return;
  const cloud = azure ? "azure" : gcp ? "gcp" : undefined;
  if (!cloud) {
    crossCheck(
      ctx,
      ["peerPods"],
      "are for nodes of a cloud; on hosts of your own, Kata makes guests of pods without it",
    );
    return;
  }
  const other = cloud === "azure" ? "gcp" : "azure";
  if (!peerPods[cloud]) crossCheck(ctx, ["peerPods", cloud], "is missing; say where the pods' machines are made");
  if (peerPods[other])
    crossCheck(ctx, ["peerPods", other], `is another cloud than the provider's, ${cloud}; remove it`);
  if (!(azure ?? gcp)?.cluster)
    crossCheck(ctx, [cloud, "cluster"], "is missing, and peerPods are bound to one; name or describe a cluster");
  if (
    peerPods.credentials.kind === "workloadIdentity" &&
    peerPods.credentials.identity.includes("@") !== (cloud === "gcp")
  )
    crossCheck(
      ctx,
      ["peerPods", "credentials", "identity"],
      cloud === "gcp"
        ? "is none of Google's; write <name>@<project>.iam.gserviceaccount.com"
        : "is none of Azure's; write a client id",
    );
}
