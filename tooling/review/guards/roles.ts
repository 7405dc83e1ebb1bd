import type { Statement } from "../guards";
import type { ReviewedResource } from "../types";
import { list, objectsOf, text, tree, where, written } from "./objects";

const group = "rbac.authorization.k8s.io/v1";

/** What roles allow, verb by verb and resource by resource. */
export function roleGrants(resources: readonly ReviewedResource[]): Statement[] {
  return objectsOf(resources, `${group}:Role`, `${group}:ClusterRole`).flatMap((role) =>
    list(role.body.rules).flatMap((item) => {
      const { apiGroups, resources: kinds, resourceNames, nonResourceURLs, verbs } = tree(item);
      const only = list(resourceNames).length > 0 ? ` named ${written(resourceNames)}` : "";
      const objects = list(kinds).flatMap((kind) =>
        list(apiGroups).map((api) => `${text(kind)}${text(api) === "" ? "" : `.${text(api)}`}${only}`),
      );
      return [...objects, ...list(nonResourceURLs).map(text)].flatMap((object) =>
        list(verbs).map((verb) => ({
          text: `${where(role)}${role.name} may ${text(verb)} ${object}`,
          resource: role.resource,
        })),
      );
    }),
  );
}

/** Who has which role. */
export function bindingGrants(resources: readonly ReviewedResource[]): Statement[] {
  return objectsOf(resources, `${group}:RoleBinding`, `${group}:ClusterRoleBinding`).flatMap((binding) =>
    list(binding.body.subjects).map((item) => {
      const { kind, name, namespace } = tree(item);
      const subject = [text(kind), text(namespace), text(name)].filter((part) => part !== "").join(" ");
      return {
        text: `${where(binding)}${subject} is ${text(tree(binding.body.roleRef).name)}`,
        resource: binding.resource,
      };
    }),
  );
}
