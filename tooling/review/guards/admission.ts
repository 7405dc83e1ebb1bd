import type { Statement } from "../guards";
import type { ReviewedResource } from "../types";
import type { ReviewedObject, Tree } from "./objects";
import { list, objectsOf, text, tree, written } from "./objects";

const group = "admissionregistration.k8s.io/v1";
const policyKind = `${group}:ValidatingAdmissionPolicy`;
const bindingKind = `${group}:ValidatingAdmissionPolicyBinding`;
const webhookKinds = [`${group}:ValidatingWebhookConfiguration`, `${group}:MutatingWebhookConfiguration`];

/** What an API server refuses: a policy's expressions, the bindings that make it count, webhooks. */
export function admissionDemands(resources: readonly ReviewedResource[]): Statement[] {
  const say = (object: ReviewedObject, what: string) => ({ text: `${object.name} ${what}`, resource: object.resource });
  const spec = ({ body }: ReviewedObject): Tree => tree(body.spec);
  return [
    ...objectsOf(resources, policyKind).flatMap((policy) => [
      ...list(spec(policy).validations).map((item) => say(policy, `demands ${written(tree(item).expression)}`)),
      ...failClosed(spec(policy)).map((what) => say(policy, what)),
      ...list(tree(spec(policy).matchConstraints).resourceRules).map((rule) =>
        say(policy, `looks at ${written(rule)}`),
      ),
    ]),
    ...objectsOf(resources, bindingKind).flatMap((binding) =>
      list(spec(binding).validationActions).map((action) =>
        say(binding, `makes ${text(spec(binding).policyName)} ${text(action)}`),
      ),
    ),
    ...objectsOf(resources, ...webhookKinds).flatMap((configuration) =>
      list(configuration.body.webhooks).flatMap((item) => {
        const webhook = tree(item);
        const asked = `${text(webhook.name)} is asked`;
        return [
          say(configuration, asked),
          ...failClosed(webhook).map((what) => say(configuration, `${asked}, ${what}`)),
        ];
      }),
    ),
  ];
}

/** What passes a policy unseen: conditions, and what bindings leave out. */
export function admissionGrants(resources: readonly ReviewedResource[]): Statement[] {
  const spec = ({ body }: ReviewedObject): Tree => tree(body.spec);
  return [
    ...objectsOf(resources, policyKind).flatMap((policy) => [
      ...list(spec(policy).matchConditions).map((item) => ({
        text: `${policy.name} passes over what is not ${written(tree(item).expression)}`,
        resource: policy.resource,
      })),
      ...list(tree(spec(policy).matchConstraints).excludeResourceRules).map((rule) => ({
        text: `${policy.name} passes over ${written(rule)}`,
        resource: policy.resource,
      })),
    ]),
    ...objectsOf(resources, bindingKind)
      .filter((binding) => spec(binding).matchResources !== undefined)
      .map((binding) => ({
        text: `${binding.name} counts only for ${written(spec(binding).matchResources)}`,
        resource: binding.resource,
      })),
  ];
}

/** Fail is the default; Ignore lets everything pass while a policy cannot be evaluated, or nobody answers. */
function failClosed({ failurePolicy }: Tree): string[] {
  return failurePolicy === "Ignore" ? [] : ["refuses what it cannot judge"];
}
