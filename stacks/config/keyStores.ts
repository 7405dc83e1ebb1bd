import { z } from "zod";
import { keyAuthorities } from "../../components/attestation/keyStore";
import { cidrSchema, crossCheck, nameSchema } from "./common";

/** Name of an object of Kubernetes that exists already. */
export const objectNameSchema = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "a name in Kubernetes: lower-case letters, digits, dashes and dots",
  );

export const httpsSchema = z
  .string()
  .regex(/^https:\/\/[\w.-]+(:\d{1,5})?(\/[\w./-]*)?$/, "an https:// address without user, query or fragment");

export const pemCertificateSchema = z
  .string()
  .regex(/^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/, "a PEM certificate");

export const placeSchema = z
  .strictObject({
    cidrs: z.array(cidrSchema).min(1).optional().describe("IPv4 ranges"),
    namespace: nameSchema.optional().describe("namespace of the key broker's cluster"),
  })
  .superRefine(({ cidrs, namespace }, ctx) => {
    if ((cidrs === undefined) === (namespace === undefined))
      crossCheck(ctx, [], "names not exactly one place; write either cidrs or namespace");
  })
  .describe("where it is reached, as {cidrs: [...]} or {namespace: ...}");

export const imageByDigest = z
  .string()
  .regex(
    /^[\w.-]+(:\d+)?(\/[\w.-]+)+(:[\w.-]+)?@sha256:[0-9a-f]{64}$/,
    "a full image reference by digest, <registry>/<name>@sha256:<64 hex digits>",
  );

const cloud = {
  image: imageByDigest.describe(
    "your build of Trustee's KBS with this store, by digest: Trustee's own images have none of the clouds'",
  ),
  reachedAt: placeSchema,
};

const forms = "kvstorage, vault, aws, gcp, aliyun or pkcs11";

/** None that the loader or the key broker itself reads. */
const variable = z
  .string()
  .regex(
    /^(?!(LD|RUST)_|POSTGRES_URL$|REDIS_URL$)[A-Z_][A-Z0-9_]{0,127}$/,
    "a variable of the module, not of the loader (LD_) or of the key broker (RUST_, POSTGRES_URL, REDIS_URL)",
  );

const pkcs11 = z.strictObject({
  kind: z.literal("pkcs11"),
  image: cloud.image.describe(
    "your build of Trustee's KBS with the feature pkcs11 and the vendor's module inside, by digest",
  ),
  module: z
    .string()
    .regex(/^(\/[\w.+-]*[\w+-][\w.+-]*)+$/, "an absolute path")
    .describe("path of the vendor's PKCS#11 module in that image"),
  slotIndex: z.int().min(0).max(255).default(0).describe("position among the slots that have a token"),
  operatedBy: z
    .enum(["owner", "vendor"])
    .describe("owner: you run the HSM or service; vendor: somebody else does, which takes keyAuthority: cloud"),
  reachedAt: placeSchema,
  port: z.int().min(1).max(65535).default(443).describe("port of the HSM or service"),
  environment: z
    .record(
      variable.refine((name) => !/(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PIN|CREDENTIALS?)$/.test(name), {
        error: "sounds like a secret; name a Secret in secretEnvironment",
      }),
      z.string().max(2048),
    )
    .default({})
    .describe("what the module reads from the environment, e.g. FORTANIX_API_ENDPOINT; nothing secret"),
  secretEnvironment: z
    .record(
      variable,
      z.strictObject({ name: objectNameSchema, key: z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, "a key of a Secret") }),
    )
    .default({})
    .describe("the same from existing Secrets, e.g. FORTANIX_API_KEY: {name: ..., key: ...}"),
});

export const keyStoreSchema = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({ kind: z.literal("kvstorage") }),
      z.strictObject({
        kind: z.literal("vault"),
        url: httpsSchema.describe("address of Vault or OpenBao"),
        mountPath: z
          .string()
          .regex(/^[\w-]+(\/[\w-]+)*$/, "letters, digits, dashes and slashes")
          .describe("mount path of a KV engine of version 1"),
        caCertificate: pemCertificateSchema.describe("PEM of the CA of its certificate"),
        reachedAt: placeSchema,
      }),
      z.strictObject({
        kind: z.literal("aws"),
        region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as eu-central-1"),
        credentialsSecret: objectNameSchema.describe("Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ...cloud,
      }),
      z.strictObject({
        kind: z.literal("gcp"),
        projectId: z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, "a project id"),
        credentialsSecret: objectNameSchema.describe("Secret with credentials.json"),
        ...cloud,
      }),
      z.strictObject({
        kind: z.literal("aliyun"),
        instanceId: z.string().regex(/^[\w-]{1,64}$/, "the id of a KMS instance"),
        caCertificate: pemCertificateSchema.describe("PEM of the instance's CA"),
        ...cloud,
      }),
      pkcs11,
    ],
    { error: (issue) => (issue.code === "invalid_union" ? forms : undefined) },
  )
  .describe("where the key broker finds resources, as {kind: kvstorage} or {kind: vault, ...}");

export const keyAuthoritySchema = z
  .enum(keyAuthorities)
  .describe("owner: nobody but the model owner can hand out keys; cloud: a cloud's operator can, too (graded lower)");

export const sessionsSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("memory") }),
    z.strictObject({
      kind: z.literal("postgres"),
      urlSecret: z
        .strictObject({ name: objectNameSchema, key: z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, "a key of a Secret") })
        .describe("existing Secret and its key with the URL, as {name: ..., key: ...}"),
      port: z.int().min(1).max(65535).default(5432).describe("port of Postgres"),
      reachedAt: placeSchema,
    }),
  ])
  .describe("where sessions are kept, as {kind: memory} or {kind: postgres, ...}");
