import type { KubernetesObject } from "./kubernetes";
import { objects } from "./kubernetes";
import type { Place } from "./place";

export const rbacGroup = "rbac.authorization.k8s.io";
export const bindings = objects(`${rbacGroup}/v1/ClusterRoleBinding`, `${rbacGroup}/v1/RoleBinding`);
export const roles = objects(`${rbacGroup}/v1/ClusterRole`, `${rbacGroup}/v1/Role`);

/** How a role lets its holder read Secrets or gain more rights; undefined if it does not. Ways into pods: no-exec-granted. */
export function excess(role: KubernetesObject): string | undefined {
  return role.body
    .at("rules")
    .items()
    .map(excessOfRule)
    .find((reason) => reason !== undefined);
}

const escalating = ["escalate", "bind", "impersonate"];
const writing = ["create", "update", "patch", "delete", "deletecollection"];

function excessOfRule(rule: Place): string | undefined {
  const words = (key: string) =>
    rule
      .at(key)
      .items()
      .map(({ text }) => text ?? "");
  const verbs = words("verbs");
  const resources = words("resources");
  const any = (wanted: readonly string[]) => verbs.includes("*") || verbs.some((verb) => wanted.includes(verb));
  const verb = verbs.find((word) => escalating.includes(word));
  if (verb !== undefined) return `may ${verb}`;
  if (resources.includes("*")) return "is about all resources";
  if (resources.includes("secrets") && any(["get", "list", "watch"])) return "reads Secrets";
  if (resources.includes("serviceaccounts/token") && any(["create"])) return "makes tokens of other accounts";
  const kind = resources.find((resource) => /^(nodes|(cluster)?role(binding)?s)$/.test(resource));
  return kind !== undefined && any(writing) ? `changes ${kind}` : undefined;
}
