import { confidentialNamespace } from "../../examples/cluster";
import { clusterObserver, observer, observerBinding } from "../../examples/roles";
import { someKnown } from "../../evaluate";
import type { KubernetesObject } from "../../kubernetes";
import { declaredConfidential, objects } from "../../kubernetes";
import { confidentialNamespaces, isInConfidentialNamespace } from "../../namespaces";
import type { Finding } from "../../place";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

/** As RBAC reads resources: by name, all of them, or one subresource of all. */
const waysIn = /^(\*|(pods|services|nodes|\*)\/(exec|attach|portforward|proxy|ephemeralcontainers))$/;
/** Roles of Kubernetes itself that open pods. */
const builtIn = ["cluster-admin", "admin", "edit"];

const clusterRoles = objects("rbac.authorization.k8s.io/v1/ClusterRole");
const roles = objects("rbac.authorization.k8s.io/v1/Role");
const bindings = objects("rbac.authorization.k8s.io/v1/RoleBinding");
const clusterBindings = objects("rbac.authorization.k8s.io/v1/ClusterRoleBinding");

export const noExecGranted = stackRule({
  id: "no-exec-granted",
  title: "Nobody is granted a way into confidential pods: exec, attach, port-forward, proxy or debug containers",
  pillar: "cluster",
  severity: "high",
  threat:
    "A stolen account of a tenant or a helpdesk opens a shell or a port beside the model, and nobody sees it in the manifest.",
  remediation:
    "Grant get, list and watch on pods; leave pods/exec, pods/attach, pods/portforward, pods/proxy, pods/ephemeralcontainers, nodes/proxy and wildcards out, and bind view instead of edit.",
  source: page(
    "Kubernetes, Role Based Access Control Good Practices",
    "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  ),
  platforms,
  claims: ["cluster-closed"],
  admission: {
    scope: "connections",
    validations: [
      { expression: "false", message: "connections into pods of a confidential namespace are closed, whoever asks" },
    ],
    blindTo: Object.fromEntries(
      [
        "exec in a role of the tenant",
        "debug containers in a role of the tenant",
        "everything in a role of the tenant",
        "the role that Kubernetes made for editors",
        "port-forwarding by a role of the whole cluster",
      ].map((mistake) => [mistake, "the grant stays possible; it is the connection itself that is refused"]),
    ),
  },
  boundary: {
    by: "agentPolicy",
    how: "the guest refuses exec and attach, whoever asks; a forwarded port reaches what the program listens on",
  },
  kinds: [...roles.kinds, ...bindings.kinds, ...clusterBindings.kinds],
  *select(resource, all) {
    for (const selector of [roles, bindings])
      for (const object of selector.select(resource))
        if (declaredConfidential(object.body.at("metadata")) || isInConfidentialNamespace(object, all)) yield object;
    for (const object of clusterBindings.select(resource)) if (confidentialNamespaces(all).length > 0) yield object;
  },
  *check({ kind, body }, all) {
    if (kind.endsWith("/Role")) yield* grants(body);
    else if (body.at("roleRef", "kind").text === "ClusterRole") {
      const name = body.at("roleRef", "name");
      if (
        builtIn.includes(name.text ?? "") ||
        someKnown(openRoles(all), (role) => isNamed(role, name.text) || isPartOf(role, name.text))
      )
        yield name.finding("opens the pods of a confidential namespace");
    }
  },
  compliant: [confidentialNamespace, observer, observerBinding, clusterObserver],
  breakages: [
    {
      mistake: "exec in a role of the tenant",
      resource: 1,
      path: "/rules/0/resources/-",
      value: "pods/exec",
      expect: "rules[0].resources[1]",
    },
    {
      mistake: "debug containers in a role of the tenant",
      resource: 1,
      path: "/rules/0/resources/0",
      value: "pods/ephemeralcontainers",
      expect: "rules[0].resources[0]",
    },
    {
      mistake: "everything in a role of the tenant",
      resource: 1,
      path: "/rules/0/resources",
      value: ["*"],
      expect: "rules[0].resources[0]",
    },
    {
      mistake: "the role that Kubernetes made for editors",
      resource: 2,
      path: "/roleRef/name",
      value: "edit",
      expect: "roleRef.name",
    },
    {
      mistake: "port-forwarding by a role of the whole cluster",
      resource: 3,
      path: "/rules/0/resources/0",
      value: "pods/portforward",
      expect: "roleRef.name",
    },
  ],
});

/** What a role grants that leads into pods. Listing and watching does not. */
function* grants(role: KubernetesObject["body"]): Iterable<Finding> {
  for (const rule of role.at("rules").items()) {
    const has = (key: string, fits: (text: string | undefined) => boolean) =>
      rule
        .at(key)
        .items()
        .some((place) => fits(place.text));
    if (!has("apiGroups", (group) => group === "" || group === "*")) continue;
    if (!has("verbs", (verb) => verb !== "list" && verb !== "watch")) continue;
    for (const resource of rule.at("resources").items())
      if (waysIn.test(resource.text ?? "")) yield resource.finding("leads into pods");
  }
}

function* openRoles(all: readonly Resource[]): Iterable<KubernetesObject> {
  for (const resource of all)
    for (const role of clusterRoles.select(resource)) if ([...grants(role.body)].length > 0) yield role;
}

const isNamed = ({ body }: KubernetesObject, name: string | undefined) =>
  name !== undefined && body.at("metadata", "name").text === name;

/** Kubernetes adds a role to one of its own where a label asks for it. */
const isPartOf = ({ body }: KubernetesObject, name: string | undefined) =>
  name !== undefined && body.at("metadata", "labels", `rbac.authorization.k8s.io/aggregate-to-${name}`).text === "true";
