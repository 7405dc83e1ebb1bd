import type { types } from "@pulumi/kubernetes";

/** Where a service outside Trustee is, as the pods that call it see it: either ranges, or a namespace of this cluster. */
export interface ServicePlace {
  /** IPv4 ranges. */
  readonly cidrs?: readonly string[] | undefined;
  /** Namespace of this cluster whose pods serve it. */
  readonly namespace?: string | undefined;
}

/** The peers of a network policy that lets to this place, or from it. Never an empty list, which would mean everybody. */
export function placePeers({ cidrs = [], namespace }: ServicePlace): types.input.networking.v1.NetworkPolicyPeer[] {
  if (cidrs.length > 0 === (namespace !== undefined))
    throw new Error("a place in the network has either cidrs or a namespace; give one of the two");
  return namespace === undefined
    ? [...cidrs].sort().map((cidr) => ({ ipBlock: { cidr } }))
    : [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } }];
}

/** Port of an https address. */
export function httpsPort(url: string): number {
  return Number(new URL(url).port || 443);
}
