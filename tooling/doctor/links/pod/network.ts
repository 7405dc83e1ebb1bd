import type { NetworkPolicyObject } from "../../objects";
import type { Link, PodSubject } from "../../outcome";
import { broken, ok } from "../../outcome";
import { see } from "../../seen";
import { allows, policiesFor } from "../../network";
import { namespaceOf, templateOf } from "./pod";

const docs = "docs/infrastructure.md#the-tenants-namespace";

/** Names of the policies that TenantNamespace makes: the one for the key broker is told from those for registries by its name alone. */
const keyBrokerPolicy = "allow-key-broker";

export const networkLinks: readonly Link<PodSubject>[] = [
  {
    id: "pod-egress",
    question: "Do network policies let the guest out to DNS and to the key broker?",
    check: (snapshot, subject) => {
      const all = see(namespaceOf(snapshot, subject).networkPolicies);
      const policies = policiesFor(all, templateOf(snapshot, subject)?.labels ?? {}, "Egress");
      if (policies.length === 0) return ok("no policy limits what goes out");
      const closed = [
        ...(policies.some((policy) => allows(policy, "egress", 443)) ? [] : ["443"]),
        ...(policies.some((policy) => opensDns(policy)) ? [] : ["DNS"]),
        ...(managed(all) && !policies.some(({ metadata }) => metadata.name === keyBrokerPolicy)
          ? [`443 to the key broker (${keyBrokerPolicy})`]
          : []),
      ];
      if (closed.length === 0) return ok(policies.map(({ metadata }) => metadata.name).join(", "));
      return broken({
        found: `NetworkPolicies ${policies.map(({ metadata }) => metadata.name).join(", ")}; none opens ${closed.join(" or ")}`,
        wanted: `a way out to DNS and to ${keyBrokerPolicy}'s ranges on 443`,
        why: "the guest asks the key broker itself: without a way there it gets no key, and often not even its image",
        remedy: "set `keyBrokerCidrs` of the provider, and run `pulumi up --refresh` of the infrastructure stack",
        docs,
      });
    },
  },
];

function opensDns(policy: NetworkPolicyObject): boolean {
  return allows(policy, "egress", 53) || allows(policy, "egress", 5353);
}

/** Whether the namespace's policies are Trustfoundry's, so that their names mean what they say. */
function managed(policies: readonly NetworkPolicyObject[]): boolean {
  return policies.some(
    ({ metadata }) =>
      metadata.name === "deny-all" && metadata.labels?.["app.kubernetes.io/managed-by"] === "trustfoundry",
  );
}
