import { admissionNamespace } from "../../../components/cluster/acceptanceParameters";
import { belongsToConfidential, literals } from "../../admission/cel";
import { tenantDeployer } from "../../examples/tenant";
import type { KubernetesObject } from "../../kubernetes";
import { declaredConfidential, objects } from "../../kubernetes";
import { isInConfidentialNamespace } from "../../namespaces";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

const roles = objects("rbac.authorization.k8s.io/v1/Role");
/** What bounds a tenant inside its namespace. */
const bounds = ["resourcequotas", "limitranges"];
const reading = ["get", "list", "watch"];

export const tenantBoundsKept = stackRule({
  id: "tenant-bounds-kept",
  title: "Nobody in a tenant's namespace may change its quota and limits",
  pillar: "cluster",
  severity: "high",
  threat: "A tenant's deployer deletes the quota that was to hold it, takes the hosts, and puts the quota back.",
  remediation: `Grant get, list and watch on ${bounds.join(" and ")}, and keep ${admissionNamespace} to the provider's own people.`,
  source: page("Kubernetes, Multi-tenancy", "https://kubernetes.io/docs/concepts/security/multi-tenancy/#quotas"),
  platforms,
  claims: ["tenant-accepted"],
  protects: ["infrastructureProvider"],
  admission: {
    scope: [{ group: "rbac.authorization.k8s.io", version: "v1", resource: "roles" }],
    when: `${belongsToConfidential} || object.metadata.namespace == "${admissionNamespace}"`,
    validations: [
      {
        expression:
          `object.?rules.orValue([]).all(r, r.verbs.all(v, v in ${literals(reading)}) || ` +
          `!(r.?apiGroups.orValue([]).exists(g, g in ["", "*"]) && r.?resources.orValue([]).exists(kind, kind in ${literals(bounds)})))`,
        message: `rules let their holder change ${bounds.join(" or ")}`,
      },
      {
        expression: `object.metadata.namespace != "${admissionNamespace}"`,
        message: "a Role here would let its holder change what is accepted of tenants",
      },
    ],
  },
  boundary: { by: "ownControlPlane", how: "the provider's API server grants what its roles say" },
  kinds: roles.kinds,
  *select(resource, all) {
    for (const role of roles.select(resource))
      if (declaredConfidential(role.body.at("metadata")) || isAdmission(role) || isInConfidentialNamespace(role, all))
        yield role;
  },
  *check(role) {
    if (isAdmission(role))
      yield role.body
        .at("metadata", "namespace")
        .finding("is where it stands what is accepted of tenants; grant nothing here");
    for (const rule of role.body.at("rules").items()) {
      const texts = (key: string) => rule.at(key).items();
      const writes = texts("verbs").some(({ text }) => !reading.includes(text ?? ""));
      const core = texts("apiGroups").some(({ text }) => text === "" || text === "*");
      if (!writes || !core) continue;
      for (const resource of texts("resources"))
        if (bounds.includes(resource.text ?? ""))
          yield resource.finding("is what bounds the tenant, and may be changed");
    }
  },
  compliant: [tenantDeployer],
  breakages: [
    {
      mistake: "a deployer who may delete quotas",
      path: "/rules/1/verbs/-",
      value: "delete",
      expect: "rules[1].resources[0]",
    },
    {
      mistake: "a deployer who may write limits",
      path: "/rules/0",
      value: { apiGroups: [""], resources: ["limitranges"], verbs: ["*"] },
      expect: "rules[0].resources[0]",
    },
    {
      mistake: "a role in the namespace of what is accepted",
      path: "/metadata/namespace",
      value: admissionNamespace,
      expect: "metadata.namespace",
    },
  ],
});

function isAdmission({ body }: KubernetesObject): boolean {
  return body.at("metadata", "namespace").text === admissionNamespace;
}
