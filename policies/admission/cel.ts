import { confidentialLabel } from "../kubernetes";

/** CEL that several rules share. Texts go in as literals by `literal`; an absent field is never an error. */

export const literal = (text: string): string => JSON.stringify(text);
/** A regular expression as RE2 reads it; lookarounds and back references are beyond it. */
export const re2 = ({ source, ignoreCase }: RegExp): string => literal(ignoreCase ? `(?i)${source}` : source);
export const literals = (texts: readonly string[]): string => `[${texts.map(literal).join(", ")}]`;

/** Everything of the pod's annotations; empty where it has none. With scope `confidentialPods`. */
export const annotations = "variables.metadata.?annotations.orValue({})";
export const annotation = (key: string): string => `variables.metadata.?annotations[?${literal(key)}].orValue("")`;

/** A condition on each container `c`, or each volume `v`, of a pod. With scope `confidentialPods`. */
export const everyContainer = (condition: string): string => `variables.containers.all(c, ${condition})`;
/** The same on each image `i` by name: those of containers, and those that are volumes. With scope `confidentialPods`. */
export const everyImage = (condition: string): string =>
  `(variables.containers.map(c, c.?image.orValue("")) + variables.spec.?volumes.orValue([]).filter(v, has(v.image)).map(v, v.image.?reference.orValue(""))).all(i, ${condition})`;
export const everyVolume = (condition: string): string => `variables.spec.?volumes.orValue([]).all(v, ${condition})`;

/** True where a field is absent, null or false. */
export const isOff = (holder: string, ...fields: readonly string[]): string =>
  `!${holder}${fields.map((field) => `.?${field}`).join("")}.orValue(false)`;

/** Namespaces, by each way by which the API server takes labels of one. */
export const namespaceScope = ["namespaces", "namespaces/finalize", "namespaces/status"].map((resource) => ({
  group: "",
  version: "v1",
  resource,
}));

/** The metadata has the label of confidential workloads. */
export const labelled = (metadata: string): string =>
  `${metadata}.?labels[?${literal(confidentialLabel)}].orValue("") == "true"`;

/** The object says of itself that it belongs to a confidential workload. */
export const labelledConfidential = labelled("object.metadata");

/** The same, or its namespace says so. */
export const belongsToConfidential = `${labelledConfidential} || (namespaceObject != null && ${labelled("namespaceObject.metadata")})`;
