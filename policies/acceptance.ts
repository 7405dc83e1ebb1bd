import { admissionNamespace } from "../components/cluster/acceptanceParameters";
import type { AcceptanceParameters } from "../components/cluster/acceptanceParameters";
import { someKnown } from "./evaluate";
import type { KubernetesObject, Pod } from "./kubernetes";
import { confidentialPods, objects } from "./kubernetes";
import type { Resource } from "./rule";

const configMaps = objects("v1/ConfigMap");

/** What a provider accepts of one tenant, as the stack places it for the API server; read lazily. */
export interface AcceptanceOf {
  readonly text: (key: keyof AcceptanceParameters) => string;
  readonly list: (key: keyof AcceptanceParameters) => readonly string[];
}

/**
 * The acceptance that holds for an object, where the same stack places it. Tenants' workloads mostly come by stacks of
 * their own: there the program, and the API server, compare.
 */
export function acceptanceOf({ body }: KubernetesObject, all: readonly Resource[]): AcceptanceOf | undefined {
  const found: KubernetesObject[] = [];
  const candidates = all.flatMap((resource) => [...configMaps.select(resource)]).filter(({ partial }) => !partial);
  someKnown(candidates, (map) => {
    const metadata = map.body.at("metadata");
    const fits =
      metadata.at("namespace").text === admissionNamespace &&
      metadata.at("name").text === body.at("metadata", "namespace").text;
    if (fits) found.push(map);
    return fits;
  });
  const [acceptance] = found;
  if (!acceptance) return undefined;
  const text = (key: keyof AcceptanceParameters) => acceptance.body.at("data", key).text ?? "";
  return {
    text,
    list: (key) =>
      text(key)
        .split("\n")
        .filter((item) => item !== ""),
  };
}

export interface AcceptedPod {
  readonly pod: Pod;
  readonly acceptance: AcceptanceOf;
}

/** Confidential pods of tenants whose acceptance is in the same stack. */
export function* acceptedPods(resource: Resource, all: readonly Resource[]): Iterable<AcceptedPod> {
  for (const pod of confidentialPods.select(resource)) {
    const acceptance = acceptanceOf(pod.object, all);
    if (acceptance) yield { pod, acceptance };
  }
}

/** CEL: the items of one of the lists. An empty list is one empty text, which nothing may match. */
export const celList = (key: keyof AcceptanceParameters): string => `params.data.${key}.split("\\n")`;
