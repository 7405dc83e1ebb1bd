import { trusteeImages } from "../trusteePods";
import type { AdmissionResource } from "./admission";
import { literal } from "./cel";

/** What makes Trustee's pods: its own manifests, chart and operator know Deployments only. */
export const trusteePodResources: readonly AdmissionResource[] = [
  { group: "", version: "v1", resource: "pods" },
  { group: "apps", version: "v1", resource: "deployments" },
  { group: "apps", version: "v1", resource: "statefulsets" },
  { group: "apps", version: "v1", resource: "daemonsets" },
  { group: "apps", version: "v1", resource: "replicasets" },
];

/** The spec of the object's pods; `dyn`, since a Pod is its own template. */
export const podSpec = 'dyn(object.kind == "Pod" ? dyn(object).spec : dyn(object).spec.template.spec)';

/** Whether one of their containers has an image of Trustee. */
export const makesTrusteePods = `${podSpec}.containers.exists(c, c.?image.orValue("").matches(${literal(`(^|/)(${trusteeImages.join("|")})(:[^/@]*)?(@.*)?$`)}))`;
