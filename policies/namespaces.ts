import { someKnown } from "./evaluate";
import type { KubernetesObject } from "./kubernetes";
import { declaredConfidential, objects } from "./kubernetes";
import type { Resource } from "./rule";

const namespaces = objects("v1/Namespace");

/** Namespaces that the stack declares confidential. */
export function confidentialNamespaces(all: readonly Resource[]): KubernetesObject[] {
  return all.flatMap((resource) =>
    [...namespaces.select(resource)].filter(({ body }) => declaredConfidential(body.at("metadata"))),
  );
}

/** Whether an object lies in one of them. Nothing is read where there are none. */
export function isInConfidentialNamespace({ body }: KubernetesObject, all: readonly Resource[]): boolean {
  return someKnown(confidentialNamespaces(all), (namespace) => {
    const name = body.at("metadata", "namespace").text ?? "default";
    return namespace.body.at("metadata", "name").text === name;
  });
}
