import { confidentialNamespace, tenantBinding, tenantRole } from "../../examples/cluster";
import { someKnown } from "../../evaluate";
import type { KubernetesObject } from "../../kubernetes";
import { declaredConfidential } from "../../kubernetes";
import { confidentialNamespaces } from "../../namespaces";
import type { Place } from "../../place";
import { bindings, excess, rbacGroup, roles } from "../../rbac";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

/** Kubernetes' own roles that read Secrets, in one namespace or in all. */
const builtIn: readonly string[] = ["cluster-admin", "admin", "edit"];

export const clusterAdminNotBound = stackRule({
  id: "cluster-admin-not-bound",
  title: "Tenants' users and service accounts place releases, and do no more",
  pillar: "cluster",
  severity: "high",
  threat:
    "A tenant's stolen credential, or a token in a broken application, reads every tenant's Secrets or gives itself the whole cluster.",
  remediation:
    "Bind a Role of the tenant's namespace that names resources and verbs, without Secrets, nodes, roles, escalate, bind and impersonate.",
  source: page(
    "Kubernetes, Role based access control good practices",
    "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  ),
  platforms,
  claims: ["cluster-closed"],
  protects: ["modelOwner", "infrastructureProvider", "dataOwner"],
  boundary: {
    by: "agentPolicy",
    how: "nobody opens a shell in a confidential guest; what the cluster keeps is unprotected",
  },
  kinds: bindings.kinds,
  select: (resource) => bindings.select(resource),
  *check(binding, all) {
    if (!someKnown(binding.body.at("subjects").items(), (subject) => isTenant(subject, binding, all))) return;
    const reference = binding.body.at("roleRef", "name");
    const name = reference.text;
    if (name === undefined) return;
    if (builtIn.includes(name) && binding.body.at("roleRef", "kind").text !== "Role")
      yield reference.finding("gives a tenant Secrets and rights to grant");
    else
      for (const role of rolesOf(all))
        if (isReferred(role, binding)) {
          const reason = excess(role);
          if (reason !== undefined) yield reference.finding(`${reason}, and is bound to a tenant`);
        }
  },
  compliant: [tenantBinding, tenantRole, confidentialNamespace],
  breakages: [
    {
      mistake: "a tenant's deployer as administrator of the cluster",
      path: "/roleRef",
      value: { apiGroup: rbacGroup, kind: "ClusterRole", name: "cluster-admin" },
      expect: "roleRef.name",
    },
    {
      mistake: "a tenant's role that reads Secrets",
      resource: 1,
      path: "/rules/-",
      value: { apiGroups: [""], resources: ["secrets"], verbs: ["get"] },
      expect: "roleRef.name",
    },
    {
      mistake: "a tenant's role with everything",
      resource: 1,
      path: "/rules/0/resources",
      value: ["*"],
      expect: "roleRef.name",
    },
    {
      mistake: "a tenant's role that impersonates others",
      resource: 1,
      path: "/rules/-",
      value: { apiGroups: [""], resources: ["users"], verbs: ["impersonate"] },
      expect: "roleRef.name",
    },
  ],
});

/** Whoever is bound in a namespace of confidential pods, and every service account of one. */
function isTenant(subject: Place, binding: KubernetesObject, all: readonly Resource[]): boolean {
  const metadata = binding.body.at("metadata");
  if (declaredConfidential(metadata) || isConfidentialNamespace(metadata.at("namespace").text, all)) return true;
  if (subject.at("kind").text === "ServiceAccount") return isConfidentialNamespace(subject.at("namespace").text, all);
  const group = /^system:serviceaccounts(?::(.+))?$/.exec(subject.at("name").text ?? "");
  if (group) return group[1] === undefined || isConfidentialNamespace(group[1], all);
  return someKnown(bindingsOf(all), (other) => isBoundAsTenant(subject, other, all));
}

function isBoundAsTenant(subject: Place, { body }: KubernetesObject, all: readonly Resource[]): boolean {
  const metadata = body.at("metadata");
  if (!declaredConfidential(metadata) && !isConfidentialNamespace(metadata.at("namespace").text, all)) return false;
  return body
    .at("subjects")
    .items()
    .some((other) => ["kind", "name"].every((key) => other.at(key).text === subject.at(key).text));
}

function isConfidentialNamespace(name: string | undefined, all: readonly Resource[]): boolean {
  return (
    name !== undefined &&
    someKnown(confidentialNamespaces(all), ({ body }) => body.at("metadata", "name").text === name)
  );
}

function* bindingsOf(all: readonly Resource[]): Iterable<KubernetesObject> {
  for (const resource of all) yield* bindings.select(resource);
}

function* rolesOf(all: readonly Resource[]): Iterable<KubernetesObject> {
  for (const resource of all) yield* roles.select(resource);
}

function isReferred(role: KubernetesObject, { body }: KubernetesObject): boolean {
  const [kind, name] = [body.at("roleRef", "kind").text, body.at("roleRef", "name").text];
  if (role.body.at("metadata", "name").text !== name || !role.kind.endsWith(`/${kind}`)) return false;
  return kind === "ClusterRole" || role.body.at("metadata", "namespace").text === body.at("metadata", "namespace").text;
}
