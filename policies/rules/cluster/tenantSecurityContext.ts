import { confidentialNamespace } from "../../examples/cluster";
import { driverConstraint, tenantConstraintBinding } from "../../examples/openshift";
import { belongsToConfidential, literals } from "../../admission/cel";
import { someKnown } from "../../evaluate";
import type { KubernetesObject } from "../../kubernetes";
import { declaredConfidential, objects } from "../../kubernetes";
import { confidentialNamespaces, isInConfidentialNamespace } from "../../namespaces";
import type { Place } from "../../place";
import { rbacGroup } from "../../rbac";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

const bindings = objects(`${rbacGroup}/v1/RoleBinding`);
const clusterBindings = objects(`${rbacGroup}/v1/ClusterRoleBinding`);
const constraints = objects("security.openshift.io/v1/SecurityContextConstraints");
const roles = objects(`${rbacGroup}/v1/ClusterRole`, `${rbacGroup}/v1/Role`);
const prefix = "system:openshift:scc:";
/** Constraints under which a pod is no more than pod security `restricted` allows, but for its user id. */
const closed = ["restricted-v2", "restricted-v3", "nonroot-v2"];
const allowed = closed.map((name) => prefix + name);

export const tenantSecurityContext = stackRule({
  id: "tenant-security-context",
  title: "On OpenShift tenants' pods run under constraints that are as closed as pod security restricted",
  pillar: "cluster",
  severity: "high",
  threat:
    "A constraint that was opened for one container lets every pod of a tenant onto the host's network, files or devices, beside guests of others.",
  remediation: `Bind ${prefix}nonroot-v2 at most, and name no tenant in a SecurityContextConstraints.`,
  source: page(
    "Red Hat, OpenShift 4.20, Managing security context constraints",
    "https://docs.redhat.com/en/documentation/openshift_container_platform/4.20/html/authentication_and_authorization/managing-pod-security-policies",
  ),
  platforms,
  claims: ["cluster-closed"],
  protects: ["modelOwner", "infrastructureProvider", "dataOwner"],
  admission: {
    scope: [{ group: rbacGroup, version: "v1", resource: "rolebindings" }],
    judges: ["roleRef"],
    when: belongsToConfidential,
    validations: [
      {
        expression: `!object.roleRef.name.startsWith("${prefix}") || object.roleRef.name in ${literals(allowed)}`,
        message: "roleRef.name opens a constraint that lets pods onto their host",
      },
    ],
    blindTo: {
      "a constraint of one's own for all of a tenant's accounts":
        "an object of the cluster does not say which of the namespaces in it are confidential",
    },
  },
  boundary: {
    by: "ownControlPlane",
    how: "pod security restricted, which the namespace enforces, refuses the same pods",
  },
  kinds: [...bindings.kinds, ...clusterBindings.kinds, ...constraints.kinds],
  *select(resource, all) {
    for (const binding of bindings.select(resource))
      if (declaredConfidential(binding.body.at("metadata")) || isInConfidentialNamespace(binding, all)) yield binding;
    for (const selector of [clusterBindings, constraints]) yield* selector.select(resource);
  },
  *check(object, all) {
    if (constraints.kinds.includes(object.kind)) yield* namedTenants(object, all);
    else {
      const name = object.body.at("roleRef", "name");
      if (!opens(object, all)) return;
      const inNamespace = bindings.kinds.includes(object.kind);
      if (inNamespace || someKnown(object.body.at("subjects").items(), (subject) => isTenantSubject(subject, all)))
        yield name.finding("opens a constraint that lets pods onto their host");
    }
  },
  compliant: [tenantConstraintBinding, confidentialNamespace, driverConstraint],
  breakages: [
    {
      mistake: "privileged pods for a tenant",
      path: "/roleRef/name",
      value: `${prefix}privileged`,
      expect: "roleRef.name",
    },
    {
      mistake: "the host's network for a tenant",
      path: "/roleRef/name",
      value: `${prefix}hostnetwork-v2`,
      expect: "roleRef.name",
    },
    {
      mistake: "a constraint of one's own for all of a tenant's accounts",
      resource: 2,
      path: "/users/-",
      value: "system:serviceaccount:acme:llama-8b",
      expect: "users[1]",
    },
  ],
});

/** Whether what is bound is one of OpenShift's roles for wider constraints, or a role of this stack's own that is as wide. */
function opens({ kind, body }: KubernetesObject, all: readonly Resource[]): boolean {
  const name = body.at("roleRef", "name").text;
  if (name?.startsWith(prefix)) return !allowed.includes(name);
  const isBound = (role: KubernetesObject) =>
    role.body.at("metadata", "name").text === name &&
    role.kind.endsWith(`/${body.at("roleRef", "kind").text}`) &&
    (role.kind.endsWith("/ClusterRole") ||
      (bindings.kinds.includes(kind) &&
        role.body.at("metadata", "namespace").text === body.at("metadata", "namespace").text));
  return someKnown(
    all.flatMap((resource) => [...roles.select(resource)]),
    (role) => isBound(role) && role.body.at("rules").items().some(usesWider),
  );
}

function usesWider(rule: Place): boolean {
  const has = (key: string, ...wanted: string[]) =>
    rule
      .at(key)
      .items()
      .some(({ text }) => text === "*" || wanted.includes(text ?? ""));
  if (!has("verbs", "use") || !has("resources", "securitycontextconstraints")) return false;
  const names = rule.at("resourceNames").items();
  return names.length === 0 || names.some(({ text }) => !closed.includes(text ?? ""));
}

/** A service account has its namespace beside its name. */
function isTenantSubject(subject: Place, all: readonly Resource[]): boolean {
  if (subject.at("kind").text !== "ServiceAccount") return isTenants(subject.at("name"), all);
  const namespace = subject.at("namespace").text;
  return someKnown(confidentialNamespaces(all), ({ body }) => body.at("metadata", "name").text === namespace);
}

/** Users and groups of a constraint that are, or contain, a tenant's service accounts. */
function* namedTenants({ body }: KubernetesObject, all: readonly Resource[]) {
  for (const key of ["users", "groups"])
    for (const name of body.at(key).items())
      if (isTenants(name, all)) yield name.finding("is, or contains, a tenant's");
}

function isTenants(name: Place, all: readonly Resource[]): boolean {
  if (["system:authenticated", "system:serviceaccounts"].includes(name.text ?? ""))
    return confidentialNamespaces(all).length > 0;
  const [, namespace] = /^system:serviceaccounts?:([^:]+)/.exec(name.text ?? "") ?? [];
  return (
    namespace !== undefined &&
    someKnown(confidentialNamespaces(all), ({ body }) => body.at("metadata", "name").text === namespace)
  );
}
