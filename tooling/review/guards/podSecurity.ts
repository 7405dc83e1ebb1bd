import type { Limit } from "../guards";
import type { ReviewedResource } from "../types";
import { objectsOf, text, tree } from "./objects";

const levels = ["restricted", "baseline", "privileged"];

/** What pods of a namespace may ask for: the standard that is enforced, from strictest to none. */
export function podSecurityLimits(resources: readonly ReviewedResource[]): Limit[] {
  return objectsOf(resources, "core/v1:Namespace", "core/v1:NamespacePatch").flatMap(({ name, resource, body }) => {
    const level = text(tree(tree(body.metadata).labels)["pod-security.kubernetes.io/enforce"]);
    const value = levels.indexOf(level);
    return value < 0 ? [] : [{ text: `pods of ${name}`, resource, value, shown: level }];
  });
}
