import { z } from "zod";
import { tokens } from "../../components/tokens";
import { ConfidentialWorkload } from "../../components/workload/confidentialWorkload";
import { nameSchema } from "../../stacks/config/common";
import { objectNameSchema } from "../../stacks/config/keyStores";
import { pinned } from "../placement";
import { Refusal } from "../refusal";
import { checkedRelease, documentSchema, trusted } from "../releases";
import { remoteComponent } from "../remoteComponent";

export const confidentialWorkload = remoteComponent({
  token: tokens.confidentialWorkload,
  description:
    "Places one signed release: pods in confidential VMs with their GPUs, a service, and what protects both. Its signatures are checked first.",
  settings: z.strictObject({
    release: documentSchema,
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "64 lower-case hex digits, as `release show` prints them")
      .optional()
      .describe("digest that the release must have; default: any that the signers signed"),
    ...trusted,
    simulated: pinned.simulated,
    storageClassName: objectNameSchema.describe("StorageClass of raw block volumes for guest-pulled image layers"),
    dedicatedTo: nameSchema
      .optional()
      .describe("tenant whose own hosts the pods have to run on; default: any that fit"),
    kind: z
      .enum(["Deployment", "StatefulSet"])
      .default("Deployment")
      .describe("StatefulSet where replicas need stable names"),
    ingressNamespace: nameSchema.default("ingress").describe("namespace whose pods may reach the model"),
    surge: z
      .boolean()
      .default(false)
      .describe("whether a new pod starts before the one that it replaces stops; needs GPUs that nobody uses"),
  }),
  outside: {
    namespace: {
      form: nameSchema,
      description: "namespace made by TenantNamespace, best its output `namespaceName`",
    },
  },
  outputs: {
    serviceName: { type: "text", description: "DNS name of the service inside the cluster." },
    workloadName: { type: "text", description: "Name of the Deployment or StatefulSet." },
  },
  construct: async ({ name, settings, outside: { namespace }, opts, surroundings: { now, warn } }) => {
    const { release: document, digest, storageClassName, dedicatedTo, kind, ingressNamespace, surge } = settings;
    const checked = await checkedRelease(document, "release", settings, now);
    if ("problems" in checked) throw new Refusal(checked.problems);
    const { release, warnings } = checked;
    if (digest !== undefined && digest !== checked.digest)
      throw new Refusal([
        `digest: "${digest}" is not the release's, which is ${checked.digest}; ask the model owner which one is meant`,
      ]);
    for (const warning of warnings) await warn(`release: ${warning}`);
    const { awaitReadiness } = release;
    return new ConfidentialWorkload(
      name,
      { release, namespace, storageClassName, dedicatedTo, kind, ingressNamespace, surge, awaitReadiness },
      opts,
    );
  },
});
