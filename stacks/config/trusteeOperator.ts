import { z } from "zod";
import { operatorFacts } from "../../components/openshift/operators";
import { routerNetworks } from "../../components/openshift/trusteeNetwork";
import { objectNameSchema } from "./keyStores";

const chipId = z
  .string()
  .regex(/^([0-9a-f]{128}|[0-9a-f]{16})$/, "a chip id, 64 bytes (8 for Turin) as lower-case hex");

/** Another hand that runs the key broker, in place of pods of our own. */
export const trusteeOperatorSchema = z
  .strictObject({
    kind: z.literal("openshift/trusteeOperator").describe("Red Hat build of Trustee, on an OpenShift cluster"),
    csv: z
      .string()
      .regex(/^trustee-operator\.v\d+\.\d+\.\d+$/, "the operator in one version, e.g. trustee-operator.v1.2.0")
      .default(operatorFacts.trustee.csv)
      .describe("ClusterServiceVersion that is installed, once a person approves it"),
    channel: z.string().min(1).optional().describe("channel of the catalogue; default: stable"),
    catalog: objectNameSchema
      .optional()
      .describe("CatalogSource in openshift-marketplace; default: redhat-operators; of a mirror, the mirror's"),
    router: z
      .enum(routerNetworks)
      .default("pods")
      .describe("how OpenShift's router runs: pods, or host for the network of the hosts, as on bare metal"),
    vcekSecrets: z
      .record(chipId, objectNameSchema)
      .default({})
      .describe("existing Secrets with AMD's certificate of a chip under vcek.der, by chip id"),
    askAmd: z.boolean().default(true).describe("whether AMD is asked for chips that vcekSecrets does not name"),
  })
  .describe("who runs the key broker in place of Trustee's own pods, as {kind: openshift/trusteeOperator}");

export type TrusteeOperatorConfig = z.infer<typeof trusteeOperatorSchema>;
