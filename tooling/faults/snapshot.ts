import type { KubeApi, KubeObject } from "../controlplane/api";
import { ApiError } from "../controlplane/api";
import { bootAnnotation } from "../controlplane/simulatedNodes";
import type { StackState } from "../repair/state";
import { pendingOperations, resourcesOf } from "../repair/state";

/** What a cluster or a state holds, line by line, without what differs between two equal runs. */
export type Snapshot = ReadonlyMap<string, string>;

interface ResourceList {
  readonly groupVersion: string;
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly verbs: readonly string[] }[];
}

/** Kinds that others make from those that are looked at, or that tell the time. */
const derived = new Set([
  "Event",
  "Lease",
  "Endpoints",
  "EndpointSlice",
  "PersistentVolume",
  "Pod",
  "ReplicaSet",
  "ControllerRevision",
  "ComponentStatus",
  "PodMetrics",
  "NodeMetrics",
  "CSINode",
  "IPAddress",
  "ServiceCIDR",
]);

/** Every object of a cluster, normalised: no identities, times, owners of fields or status. */
export async function clusterSnapshot(api: KubeApi): Promise<Map<string, string>> {
  const groups = await api.get<{ groups: { preferredVersion: { groupVersion: string } }[] }>("/apis");
  const paths = ["/api/v1", ...groups.groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const found = new Map<string, string>();
  for (const path of paths) {
    const { resources } = await api.get<ResourceList>(path);
    for (const { name, kind, verbs } of resources) {
      if (name.includes("/") || !verbs.includes("list") || derived.has(kind)) continue;
      const objects = await api.list<KubeObject>(`${path}/${name}`).catch((error: unknown) => {
        // A definition that is just going.
        if (error instanceof ApiError && error.status === 404) return [];
        throw error;
      });
      for (const object of objects) {
        const line = normalised({ ...object, kind });
        if (line) found.set(line.key, line.text);
      }
    }
  }
  return found;
}

function normalised(object: KubeObject): { key: string; text: string } | undefined {
  const { metadata, kind } = object;
  const { name, namespace, labels = {}, annotations = {}, deletionTimestamp } = metadata;
  const { managedFields, ownerReferences } = metadata as {
    managedFields?: readonly { readonly manager?: string }[];
    ownerReferences?: readonly { readonly kind: string }[];
  };
  // A volume of a pod's own goes with the pod, whose name is another one each time.
  if (ownerReferences?.some(({ kind: owner }) => derived.has(owner))) return undefined;
  const helmRecord = labels.owner === "helm";
  // Helm counts its steps, and keeps what was; only what is deployed counts.
  if (helmRecord && labels.status === "superseded") return undefined;
  const shownName = helmRecord ? name.replace(/\.v\d+$/, "") : name;
  const content = without(object as unknown as Record<string, unknown>, ["apiVersion", "kind", "metadata", "status"]);
  const text = stable({
    labels: without(labels, helmRecord ? ["createdAt", "modifiedAt", "version"] : []),
    annotations: without(annotations, ["deployment.kubernetes.io/revision", bootAnnotation]),
    ...(deletionTimestamp !== undefined && { going: true }),
    // Each creation has a name of its own: a second one is an owner that nobody will ever let go.
    owners: (managedFields ?? []).filter(({ manager }) => manager?.startsWith("pulumi-kubernetes")).length,
    ...(helmRecord ? {} : kind === "Service" ? withoutAddresses(content) : content),
  });
  return { key: `${kind} ${namespace ? `${namespace}/` : ""}${shownName}`, text };
}

/** Without what the API server has given to a Service that asked for none. */
function withoutAddresses({ spec, ...rest }: Record<string, unknown>): Record<string, unknown> {
  const asked = (spec ?? {}) as Record<string, unknown>;
  return { ...rest, spec: without(asked, ["clusterIPs", ...(asked.clusterIP === "None" ? [] : ["clusterIP"])]) };
}

/** A stack's resources: identity, inputs, relations; with what is still pending as lines of its own. */
export function stateSnapshot(state: StackState): Map<string, string> {
  const found = new Map<string, string>();
  for (const { urn, id, inputs, parent, dependencies, provider, delete: going, initErrors, type } of resourcesOf(
    state,
  )) {
    // The engine's own resources are named at random.
    const text = stable({
      id: type.startsWith("pulumi:") ? "" : (id ?? ""),
      inputs: encryptedAway(inputs),
      parent: parent ?? "",
      dependencies: [...(dependencies ?? [])].sort(),
      provider: (provider ?? "").replace(/::[^:]*$/, ""),
      initErrors: initErrors ?? [],
    });
    found.set(`${urn}${going ? " (to be deleted)" : ""}`, text);
  }
  for (const { resource, type } of pendingOperations(state)) found.set(`pending ${type} ${resource.urn}`, "");
  return found;
}

/** Where two snapshots differ, in words; empty where they are the same. */
export function differences(expected: Snapshot, found: Snapshot): string[] {
  const missing = [...expected.keys()].filter((key) => !found.has(key)).map((key) => `missing: ${key}`);
  const extra = [...found.keys()].filter((key) => !expected.has(key)).map((key) => `orphaned: ${key}`);
  const other = [...expected].flatMap(([key, text]) => {
    const now = found.get(key);
    return now === undefined || now === text
      ? []
      : [`different: ${key}\n    expected ${near(text, now)}\n    found    ${near(now, text)}`];
  });
  return [...missing, ...extra, ...other];
}

/** The part of a text around its first difference from another. */
function near(text: string, other: string): string {
  let start = 0;
  while (start < text.length && text[start] === other[start]) start++;
  return `…${text.slice(Math.max(0, start - 40), start + 120)}…`;
}

/** Encrypted anew at each run, by a nonce of its own. */
function encryptedAway(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encryptedAway);
  if (typeof value !== "object" || value === null) return value;
  if ("ciphertext" in value) return "encrypted";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, encryptedAway(inner)]));
}

function without<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !names.includes(key)));
}

function stable(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
