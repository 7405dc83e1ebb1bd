import type { Tree } from "./tree";
import { isTree } from "./tree";

const trees = (value: unknown): Tree[] => (Array.isArray(value) ? value.filter(isTree) : []);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

/** Kinds that decide what runs, and by which files. */
const decisive = new Set(["pods", "configmaps", "secrets", "deployments", "daemonsets", "replicasets"]);

/** Whether a webhook is asked about objects that decide, in one of these namespaces. In doubt it is. */
export function touchesNamespaces(configuration: Tree, namespaces: readonly Tree[]): boolean {
  return trees(configuration.webhooks).some(
    ({ rules, namespaceSelector }) =>
      trees(rules).some(isDecisive) && namespaces.some((namespace) => selects(namespaceSelector, labelsOf(namespace))),
  );
}

function isDecisive({ resources }: Tree): boolean {
  return texts(resources).some((resource) => {
    const [kind = ""] = resource.split("/");
    return kind === "*" || decisive.has(kind);
  });
}

/** The API server labels every namespace with its name. */
function labelsOf(namespace: Tree): Tree {
  const { name, labels } = isTree(namespace.metadata) ? namespace.metadata : {};
  return { ...(isTree(labels) ? labels : {}), "kubernetes.io/metadata.name": name };
}

/** A label selector as the API server reads it (metav1.LabelSelector). */
export function selects(selector: unknown, labels: Tree): boolean {
  if (!isTree(selector)) return true;
  const { matchLabels, matchExpressions } = selector;
  return (
    Object.entries(isTree(matchLabels) ? matchLabels : {}).every(([key, value]) => labels[key] === value) &&
    trees(matchExpressions).every(({ key, operator, values }) => {
      const value = labels[String(key)];
      switch (operator) {
        case "In":
          return typeof value === "string" && texts(values).includes(value);
        case "NotIn":
          return typeof value !== "string" || !texts(values).includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return true;
      }
    })
  );
}
