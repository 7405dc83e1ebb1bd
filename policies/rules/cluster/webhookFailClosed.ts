import { confidentialWebhook, ownPolicy, ownPolicyBinding } from "../../examples/admission";
import { admissionPolicies, policyBindings, webhooks } from "../../ownPolicies";
import type { Finding } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

const places: Selector<() => Iterable<Finding>> = {
  kinds: [...admissionPolicies.kinds, ...policyBindings.kinds, ...webhooks.kinds],
  *select(resource) {
    for (const { body } of admissionPolicies.select(resource))
      yield function* () {
        const failure = body.at("spec", "failurePolicy");
        if (failure.present && failure.text !== "Fail") yield failure.finding("admits what could not be judged");
      };
    for (const binding of policyBindings.select(resource))
      yield function* () {
        const actions = binding.body.at("spec", "validationActions");
        if (actions.present && !actions.items().some(({ text }) => text === "Deny" || text === "Warn"))
          yield actions.finding("tells nobody: what is refused is written into a log and admitted");
      };
    for (const webhook of webhooks.select(resource))
      yield function* () {
        const failure = webhook.at("failurePolicy");
        if (failure.present && failure.text !== "Fail")
          yield failure.finding("admits everything while it does not answer");
      };
  },
};

export const webhookFailClosed = resourceRule({
  id: "webhook-fail-closed",
  title: "What judges confidential pods refuses them where it cannot judge",
  pillar: "cluster",
  severity: "high",
  threat:
    "Whoever makes the check fail, by load or by an object that it trips over, places what it would have refused.",
  remediation: "Write failurePolicy: Fail, and validationActions: [Deny].",
  source: page(
    "Kubernetes, Dynamic admission control, failure policy",
    "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy",
  ),
  platforms,
  claims: ["cluster-closed"],
  boundary: {
    by: "nothing",
    how: "admission is the provider's own; what a guest needs for its key is pinned by evidence",
  },
  looksAt: places,
  check: (findings) => findings(),
  compliant: [ownPolicy, ownPolicyBinding, confidentialWebhook],
  breakages: [
    {
      mistake: "a policy that lets errors pass",
      path: "/spec/failurePolicy",
      value: "Ignore",
      expect: "spec.failurePolicy",
    },
    {
      mistake: "a policy that only writes into a log",
      resource: 1,
      path: "/spec/validationActions",
      value: ["Audit"],
      expect: "spec.validationActions",
    },
    {
      mistake: "a webhook that lets everything pass while it is down",
      resource: 2,
      path: "/webhooks/0/failurePolicy",
      value: "Ignore",
      expect: "webhooks[0].failurePolicy",
    },
  ],
});
