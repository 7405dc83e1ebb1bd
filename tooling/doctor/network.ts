import type { LabelSelector, NetworkPolicyObject } from "./objects";

type Labels = Readonly<Record<string, string>>;

/** Policies that close a pod in one direction: with none everything is open, with some what any of them opens. */
export function policiesFor(
  policies: readonly NetworkPolicyObject[],
  pod: Labels,
  direction: "Ingress" | "Egress",
): NetworkPolicyObject[] {
  return policies.filter(({ spec }) => {
    // Kubernetes' own default: ingress always, egress where there are rules for it.
    const types = spec.policyTypes ?? ["Ingress", ...(spec.egress ? ["Egress"] : [])];
    return types.includes(direction) && selects(spec.podSelector, pod);
  });
}

/** Whether some rule opens a port of TCP or UDP, to or from whomever. */
export function allows(policy: NetworkPolicyObject, direction: "ingress" | "egress", port: number | string): boolean {
  return (policy.spec[direction] ?? []).some(
    ({ ports }) =>
      ports === undefined ||
      ports.length === 0 ||
      ports.some(
        ({ port: own, endPort }) =>
          own === undefined ||
          own === port ||
          (typeof own === "number" &&
            typeof port === "number" &&
            endPort !== undefined &&
            own <= port &&
            port <= endPort),
      ),
  );
}

export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const has = Object.hasOwn(labels, key);
      const among = has && values.includes(labels[key] ?? "");
      return { In: among, NotIn: !among, Exists: has, DoesNotExist: !has }[operator] ?? false;
    })
  );
}
