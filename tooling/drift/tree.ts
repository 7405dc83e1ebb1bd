/** A JSON value as an API server or a state holds it. */
export type Tree = Readonly<Record<string, unknown>>;

/** A step into a value: a field, an item of a list by its key, or by its place. */
export type Step = string | number | { readonly by: string; readonly is: string };

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Kubernetes takes null, and a map or list without content, for nothing; but a selector without content selects all. */
export function isNothing(value: unknown, field: Step = ""): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (!isTree(value) || (typeof field === "string" && field.endsWith("Selector") && field !== "nodeSelector"))
    return false;
  return Object.entries(value).every(([key, item]) => isNothing(item, key));
}

const plainKey = /^[A-Za-z_][\w-]*$/;

/** `spec.template.spec.containers[kbs].image`, `data["policy.rego"]` */
export function pathText(steps: readonly Step[]): string {
  return steps
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (typeof step === "object") return `[${step.is}]`;
      if (!plainKey.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}

export function child(value: unknown, step: Step): unknown {
  if (typeof step === "string") return isTree(value) ? value[step] : undefined;
  if (!Array.isArray(value)) return undefined;
  if (typeof step === "number") return value[step] as unknown;
  return value.find((item) => isTree(item) && keyText(item, step.by) === step.is) as unknown;
}

export function at(value: unknown, steps: readonly Step[]): unknown {
  return steps.reduce(child, value);
}

/** What tells the items of lists apart that the API server merges by key, the most telling first. */
const listKeys: Readonly<Record<string, readonly string[]>> = {
  ports: ["containerPort,protocol", "port,protocol"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  ownerReferences: ["uid"],
  hostAliases: ["ip"],
};
/** Lists of that name hold a key of their own kind, which is not the item's identity. */
const wholeLists = new Set([
  "tolerations",
  "rules",
  "subjects",
  "validations",
  "ingress",
  "egress",
  "matchExpressions",
]);

/** `name`, or what else tells the items of this list apart; undefined where their order does. */
export function keyOfList(field: string, ...lists: readonly (readonly unknown[])[]): string | undefined {
  if (wholeLists.has(field)) return undefined;
  return (listKeys[field] ?? ["name"]).find((by) => lists.every((list) => isKeyed(list, by)));
}

function isKeyed(list: readonly unknown[], by: string): boolean {
  const keys = list.map((item) => (isTree(item) ? keyText(item, by) : undefined));
  return keys.every((key) => key !== undefined) && new Set(keys).size === keys.length;
}

/** The API server takes a port for one of TCP unless it says otherwise. */
export function keyText(item: Tree, by: string): string | undefined {
  const parts = by.split(",").map((name) => item[name] ?? (name === "protocol" ? "TCP" : undefined));
  return parts.some((part) => typeof part !== "string" && typeof part !== "number") ? undefined : parts.join("/");
}

export function keyPart(item: Tree, by: string): Step {
  return { by, is: keyText(item, by) ?? "" };
}
