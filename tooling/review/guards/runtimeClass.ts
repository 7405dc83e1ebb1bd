import type { Statement } from "../guards";
import type { ReviewedResource } from "../types";
import { objectsOf, text, tree } from "./objects";

/** Which nodes pods of a runtime class may land on: labels that say that a TEE is there. */
export function runtimeClassDemands(resources: readonly ReviewedResource[]): Statement[] {
  return objectsOf(resources, "node.k8s.io/v1:RuntimeClass").flatMap(({ name, resource, body }) =>
    Object.entries(tree(tree(body.scheduling).nodeSelector)).map(([label, value]) => ({
      text: `${name} lands only where ${label}=${text(value)}`,
      resource,
    })),
  );
}
