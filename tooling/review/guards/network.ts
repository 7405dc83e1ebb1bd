import type { Statement } from "../guards";
import type { ReviewedResource } from "../types";
import type { ReviewedObject, Tree } from "./objects";
import { list, objectsOf, tree, where, written } from "./objects";

const kind = "networking.k8s.io/v1:NetworkPolicy";
type Way = "Ingress" | "Egress";

/**
 * Pods that a policy selects are closed in its directions, but for what policies allow. A policy for all pods of the
 * namespace covers the others: these say nothing more.
 */
export function isolationDemands(resources: readonly ReviewedResource[]): Statement[] {
  const found = objectsOf(resources, kind);
  const all = new Set(
    found.flatMap((policy) => (selectsAll(policy) ? ways(policy).map((way) => `${policy.namespace}/${way}`) : [])),
  );
  return found.flatMap((policy) =>
    ways(policy)
      .filter((way) => selectsAll(policy) || !all.has(`${policy.namespace}/${way}`))
      .map((way) => ({
        text: `${where(policy)}${way} of ${selected(policy)} is closed but for what is named`,
        resource: policy.resource,
      })),
  );
}

/** What the policies of a namespace allow together, peer by peer. */
export function networkGrants(resources: readonly ReviewedResource[]): Statement[] {
  return objectsOf(resources, kind).flatMap((policy) =>
    ways(policy).flatMap((way) =>
      list(spec(policy)[way.toLowerCase()]).flatMap((rule) =>
        peersOf(tree(rule), way).flatMap((peer) =>
          portsOf(tree(rule)).map((port) => ({
            text: `${where(policy)}${way} of ${selected(policy)} ${way === "Ingress" ? "from" : "to"} ${peer}, ${port}`,
            resource: policy.resource,
          })),
        ),
      ),
    ),
  );
}

function spec({ body }: ReviewedObject): Tree {
  return tree(body.spec);
}

/** As Kubernetes does: Ingress always unless named otherwise, Egress where there are rules for it. */
function ways(policy: ReviewedObject): Way[] {
  const named = list(spec(policy).policyTypes);
  if (named.length > 0) return (["Ingress", "Egress"] as const).filter((way) => named.includes(way));
  return spec(policy).egress === undefined ? ["Ingress"] : ["Ingress", "Egress"];
}

function selectsAll(policy: ReviewedObject): boolean {
  const { matchLabels, matchExpressions } = tree(spec(policy).podSelector);
  return Object.keys(tree(matchLabels)).length === 0 && list(matchExpressions).length === 0;
}

function selected(policy: ReviewedObject): string {
  return selectsAll(policy) ? "all pods" : `pods ${written(spec(policy).podSelector)}`;
}

/** No list of peers, or an empty one, means everybody. */
function peersOf(rule: Tree, way: Way): string[] {
  const peers = list(way === "Ingress" ? rule.from : rule.to);
  return peers.length === 0 ? ["anywhere"] : peers.map(written);
}

function portsOf(rule: Tree): string[] {
  const ports = list(rule.ports);
  return ports.length === 0
    ? ["all ports"]
    : ports.map((port) => {
        const { protocol, port: number, endPort } = tree(port);
        const range = endPort === undefined ? written(number ?? "all") : `${written(number)}-${written(endPort)}`;
        return `port ${range}/${written(protocol ?? "TCP")}`;
      });
}
