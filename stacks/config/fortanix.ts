import { z } from "zod";
import { kbsResourcePath } from "../../components/images/kbsResource";
import { isSecretText, isTellingName } from "../../components/secretText";
import { cidrSchema, nameSchema } from "./common";
import { httpsSchema, imageByDigest, objectNameSchema } from "./keyStores";
import { partnerChartSchema } from "./partnerCharts";

/** A key of a Secret that exists. */
export const secretKeySchema = z.strictObject({
  name: objectNameSchema,
  key: z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, "a key of a Secret"),
});

/** Keys of models by External Secrets Operator, in the model owner's own cluster. */
export const externalSecretsSchema = z
  .strictObject({
    source: z
      .strictObject({
        kind: z.literal("fortanix"),
        apiUrl: httpsSchema.describe("address of Fortanix DSM; its certificate leads to a public CA"),
        apiKey: secretKeySchema.describe(
          "existing Secret in the key broker's namespace and its key with the API key, as {name: ..., key: ...}",
        ),
        operatedBy: z
          .enum(["owner", "vendor"])
          .describe("owner: you run DSM; vendor: Fortanix or somebody else does, which takes keyAuthority: cloud"),
      })
      .describe("where the keys come from, as {kind: fortanix, ...}"),
    objects: z
      .record(kbsResourcePath, z.string().min(1).max(253))
      .describe("name of the object in the source (type OPAQUE or SECRET), by path of the resource"),
    refreshInterval: z
      .string()
      .regex(/^([1-9]\d?h)?([1-9]\d?m)?$/, "a duration such as 1h or 15m")
      .refine((text) => text !== "", { error: "is empty; write a duration such as 1h" })
      .default("1h")
      .describe("how often the source is asked"),
    etcdEncrypted: z
      .literal(true)
      .describe("true: etcd of this cluster is encrypted at rest, since the models' keys lie in it"),
  })
  .describe("keys of models copied into resourcesSecret by External Secrets Operator, which you have installed");

const joinTokenSchema = z
  .strictObject({
    secret: objectNameSchema,
    key: z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, "a key of a Secret"),
  })
  .describe("existing Secret in the agent's namespace and its key with the join token, as {secret: ..., key: ...}");

const variable = z.string().regex(/^(?!LD_)[A-Z_][A-Z0-9_]{0,127}$/, "the name of an environment variable, not LD_...");

/** Enrolment of hosts with Confidential Computing Manager. Chart, image and variables of the Node Agent are not public. */
export const fortanixSchema = z
  .strictObject({
    nodeAgent: z
      .discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("daemonSet"),
          namespace: nameSchema.default("fortanix-node-agent").describe("namespace that is made for the agent"),
          image: imageByDigest.describe("the agent's image, by digest"),
          joinToken: joinTokenSchema,
          joinTokenVariable: variable.describe("environment variable in which the agent expects the join token"),
          environment: z
            .record(
              variable.refine((name) => !isTellingName(name), {
                error: "sounds like a secret; no secret belongs here",
              }),
              z
                .string()
                .max(2048)
                .refine((text) => !isSecretText(text), { error: "is a secret in plain text" }),
            )
            .default({})
            .describe("other variables of the agent, such as the manager's address; nothing secret"),
          devices: z
            .record(
              z.string().regex(/^[a-z0-9.-]+\.[a-z]+\/[\w.-]+$/, "an extended resource, e.g. sgx.intel.com/enclave"),
              z.int().min(1).max(8),
            )
            .default({})
            .describe("devices that the agent is given by a device plugin, by extended resource"),
          user: z.int().min(1).max(65534).default(65532).describe("numeric user of the agent"),
          managerCidrs: z.array(cidrSchema).min(1).describe("ranges in which the agent reaches the manager on 443"),
        }),
        z.strictObject({ kind: z.literal("chart"), chart: partnerChartSchema, joinToken: joinTokenSchema }),
      ])
      .describe("Fortanix's Node Agent, as {kind: daemonSet, image, ...} or {kind: chart, chart, ...}"),
  })
  .describe("enrolment of the hosts with Fortanix Confidential Computing Manager");

export type FortanixConfig = z.infer<typeof fortanixSchema>;
