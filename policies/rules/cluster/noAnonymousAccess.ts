import { tenantBinding } from "../../examples/cluster";
import { bindings, rbacGroup } from "../../rbac";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

const everybody = ["system:anonymous", "system:unauthenticated"];
/** What Kubernetes itself tells everybody: its version and health, and where a node finds the cluster that it joins. */
const open = ["system:public-info-viewer", "kubeadm:bootstrap-signer-clusterinfo"];

export const noAnonymousAccess = resourceRule({
  id: "no-anonymous-access",
  title: "Nobody is given rights in the cluster without saying who they are",
  pillar: "cluster",
  severity: "critical",
  threat: "Whoever reaches the API server has these rights, and leaves no name in its audit log.",
  remediation: "Bind users, groups or service accounts that authenticate.",
  source: page(
    "Kubernetes, Authenticating, anonymous requests",
    "https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests",
  ),
  platforms,
  claims: ["cluster-closed"],
  protects: ["modelOwner", "infrastructureProvider", "dataOwner"],
  admission: {
    cluster: "both",
    scope: ["clusterrolebindings", "rolebindings"].map((resource) => ({ group: rbacGroup, version: "v1", resource })),
    judges: ["subjects"],
    when: `!(object.roleRef.name in ${JSON.stringify(open)})`,
    validations: [
      {
        expression: `object.?subjects.orValue([]).all(s, !(s.name in ${JSON.stringify(everybody)}))`,
        message: "subjects include whoever does not say who they are",
      },
    ],
  },
  boundary: {
    by: "ownControlPlane",
    how: "each party closes its own API server; rights in another's open nothing here",
  },
  looksAt: bindings,
  *check({ body }) {
    for (const subject of body.at("subjects").items()) {
      const name = subject.at("name");
      if (everybody.includes(name.text ?? "") && !open.includes(body.at("roleRef", "name").text ?? ""))
        yield name.finding("is whoever does not say who they are");
    }
  },
  compliant: [tenantBinding],
  breakages: [
    {
      mistake: "rights for everybody who asks",
      path: "/subjects/0",
      value: { apiGroup: rbacGroup, kind: "Group", name: "system:unauthenticated" },
      expect: "subjects[0].name",
    },
    {
      mistake: "rights for the anonymous user",
      path: "/subjects/-",
      value: { apiGroup: rbacGroup, kind: "User", name: "system:anonymous" },
      expect: "subjects[1].name",
    },
  ],
});
