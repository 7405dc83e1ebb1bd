import type { Statement } from "../guards";
import type { ReviewedResource } from "../types";
import { list, objectsOf, text, tree, where } from "./objects";

/** Services that can be reached from outside of the cluster. */
export function serviceGrants(resources: readonly ReviewedResource[]): Statement[] {
  return objectsOf(resources, "core/v1:Service").flatMap((service) => {
    const { type, externalIPs } = tree(service.body.spec);
    const open = [
      ...(["LoadBalancer", "NodePort"].includes(text(type)) ? [`as ${text(type)}`] : []),
      ...list(externalIPs).map((address) => `at ${text(address)}`),
    ];
    return open.map((how) => ({
      text: `${where(service)}${service.name} is reachable from outside ${how}`,
      resource: service.resource,
    }));
  });
}
