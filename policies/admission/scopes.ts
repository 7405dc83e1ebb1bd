import { initDataAnnotationKey } from "../../components/guest/initDataAnnotation";
import { confidentialLabel, podPaths, teeRuntimeClass } from "../kubernetes";
import type { Admission, AdmissionResource } from "./admission";
import { labelled } from "./cel";

export interface ResourceRule {
  readonly apiGroups: string[];
  readonly apiVersions: string[];
  readonly operations: ("CREATE" | "UPDATE" | "CONNECT")[];
  readonly resources: string[];
}

export interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** What a policy is asked about, and the names that its expressions start from. */
export interface Scope {
  readonly resourceRules: ResourceRule[];
  /** Labels that a namespace must have for the policy to look into it. */
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly variables: Variable[];
  /** Names of variables that all have to hold for an object to be judged. */
  readonly judgedIf: string[];
}

/**
 * Subresources by which somebody changes a pod that runs: debugging containers, another size, and annotations, which the
 * API server takes beside a status.
 */
const podSubresources = ["pods/ephemeralcontainers", "pods/resize", "pods/status"];

/** Ways into a pod that the API server opens; reading logs is no way that admission sees. */
const connections = ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "services/proxy"];

export function scopeOf({ scope, judges }: Admission): Scope {
  if (scope === "confidentialPods") return confidentialPods;
  if (scope === "connections")
    return {
      resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CONNECT"], resources: connections }],
      namespaceLabels: { [confidentialLabel]: "true" },
      variables: [],
      judgedIf: [],
    };
  return {
    resourceRules: byGroup(scope),
    namespaceLabels: {},
    variables: [{ name: "changed", expression: changedExpression(judges ?? judgedByDefault(scope)) }],
    judgedIf: ["changed"],
  };
}

/** `Deployment` is served as `deployments`; all kinds that hold pods follow it. */
const plural = (kind: string) => `${kind.toLowerCase()}s`;

/** The template inside an object, whatever its kind; a Pod is its own. `dyn`, since each kind has other fields. */
function templateOf(object: string): string {
  const paths = Object.entries(podPaths).map(([kind, path]) => [kind.split("/").at(-1) ?? "", path] as const);
  const usual = "spec.template";
  const unusual = paths.filter(([, path]) => path.join(".") !== usual);
  const at = (path: readonly string[]) =>
    path.length === 0 ? `dyn(${object})` : `dyn(${object}).?${path.join(".?")}.orValue({})`;
  return unusual.reduceRight(
    (otherwise, [kind, path]) => `${object}.kind == "${kind}" ? ${at(path)} : ${otherwise}`,
    at(usual.split(".")),
  );
}

const confidentialPods: Scope = {
  resourceRules: byGroup([
    ...Object.keys(podPaths).map((key) => {
      const [kind = "", version = "", group = ""] = key.split("/").reverse();
      return { group, version, resource: plural(kind) };
    }),
    ...podSubresources.map((resource) => ({ group: "", version: "v1", resource })),
  ]),
  namespaceLabels: {},
  variables: [
    { name: "template", expression: templateOf("object") },
    { name: "metadata", expression: "variables.template.?metadata.orValue({})" },
    { name: "spec", expression: "variables.template.?spec.orValue({})" },
    {
      name: "containers",
      expression: ["initContainers", "containers", "ephemeralContainers"]
        .map((list) => `variables.spec.?${list}.orValue([])`)
        .join(" + "),
    },
    {
      name: "confidential",
      expression: [
        labelled("namespaceObject.metadata"),
        labelled("dyn(object.metadata)"),
        labelled("variables.metadata"),
        `variables.metadata.?annotations[?"${initDataAnnotationKey}"].hasValue()`,
        `string(variables.spec.?runtimeClassName.orValue("")).matches("${teeRuntimeClass.source}")`,
      ].join(" || "),
    },
    { name: "before", expression: templateOf("oldObject") },
    {
      name: "changed",
      expression: [
        'request.operation != "UPDATE"',
        differs("variables.template", "variables.before", "spec"),
        ...["labels", "annotations"].map((key) => differs("variables.template", "variables.before", "metadata", key)),
        differs("dyn(object)", "dyn(oldObject)", "metadata", "labels"),
      ].join(" || "),
    },
  ],
  judgedIf: ["confidential", "changed"],
};

function differs(now: string, before: string, ...path: readonly string[]): string {
  const at = `.?${path.join(".?")}`;
  return `${now}${at} != ${before}${at}`;
}

/** Annotations and taints of nodes change all the time, by controllers that must not be stopped. */
function judgedByDefault(scope: readonly AdmissionResource[]): readonly string[] | undefined {
  return scope.every(({ resource }) => /^nodes(\/|$)/.test(resource)) ? ["metadata.labels"] : undefined;
}

function changedExpression(judges: readonly string[] | undefined): string {
  const [now, before] = ["dyn(object)", "dyn(oldObject)"] as const;
  const paths = judges ?? ["metadata.labels", "metadata.annotations"];
  const clauses = paths.map((path) => differs(now, before, ...path.split(".")));
  const content = (a: string, b: string) =>
    `!${a}.all(key, key in ["metadata", "status"] || (key in ${b} && ${a}[key] == ${b}[key]))`;
  if (!judges) clauses.push(content(now, before), content(before, now));
  return ['request.operation != "UPDATE"', ...clauses].join(" || ");
}

/** One rule a group and version, in a fixed order. */
function byGroup(resources: readonly AdmissionResource[]): ResourceRule[] {
  const groups = new Map<string, AdmissionResource[]>();
  for (const resource of resources) {
    const key = `${resource.group}/${resource.version}`;
    groups.set(key, [...(groups.get(key) ?? []), resource]);
  }
  return [...groups.keys()].sort().map((key) => {
    const [first, ...rest] = groups.get(key) as [AdmissionResource, ...AdmissionResource[]];
    return {
      apiGroups: [first.group],
      apiVersions: [first.version],
      operations: ["CREATE", "UPDATE"],
      resources: [first, ...rest].map(({ resource }) => resource).sort(),
    };
  });
}
