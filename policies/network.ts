import type { KubernetesObject } from "./kubernetes";
import type { Place } from "./place";

/** Whether a range takes in every address of its kind, or as good as that. */
export function isEverywhere(cidr: string | undefined): boolean {
  const bits = /\/(\d+)$/.exec(cidr ?? "")?.[1];
  // A prefix this short is no customer's or data centre's own.
  return bits !== undefined && Number(bits) < 8;
}

/**
 * The places at which a NetworkPolicy's rules let everybody through: rules without peers, and peers that are the whole
 * internet. What a patch leaves out may well be there.
 */
export function* openPlaces(
  { body, partial }: KubernetesObject,
  rules: "ingress" | "egress",
): Iterable<{ place: Place; what: string }> {
  for (const rule of body.at("spec", rules).items()) {
    const named = rule.at(rules === "ingress" ? "from" : "to");
    if (named.items().length === 0 && !partial) yield { place: named, what: "names nobody, which means everybody" };
    for (const peer of named.items()) {
      const cidr = peer.at("ipBlock", "cidr");
      if (isEverywhere(cidr.text)) yield { place: cidr, what: "is everybody" };
    }
  }
}
