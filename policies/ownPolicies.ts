import { ruleLabel } from "./admission/render";
import { confidentialLabel, objects } from "./kubernetes";
import type { KubernetesObject } from "./kubernetes";
import type { Place } from "./place";
import type { Selector } from "./rule";

const group = "admissionregistration.k8s.io/v1";
const configurations = objects(`${group}/ValidatingWebhookConfiguration`, `${group}/MutatingWebhookConfiguration`);

/** ValidatingAdmissionPolicies that rules were made into. */
export const admissionPolicies = own(`${group}/ValidatingAdmissionPolicy`);
/** What puts them in force. */
export const policyBindings = own(`${group}/ValidatingAdmissionPolicyBinding`);

/** Webhooks that judge or change objects of confidential namespaces. */
export const webhooks: Selector<Place> = {
  kinds: configurations.kinds,
  *select(resource) {
    for (const { body } of configurations.select(resource))
      for (const webhook of body.at("webhooks").items()) if (isForConfidential(webhook)) yield webhook;
  },
};

function own(kind: string): Selector<KubernetesObject> {
  const all = objects(kind);
  return {
    kinds: [`${kind} made of a rule`],
    *select(resource) {
      for (const object of all.select(resource))
        if (object.body.at("metadata", "labels", ruleLabel).present) yield object;
    },
  };
}

function isForConfidential(webhook: Place): boolean {
  const selector = webhook.at("namespaceSelector");
  return (
    selector.at("matchLabels", confidentialLabel).present ||
    selector
      .at("matchExpressions")
      .items()
      .some((term) => term.at("key").text === confidentialLabel && term.at("operator").text !== "DoesNotExist")
  );
}
