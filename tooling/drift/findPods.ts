import { isSeen } from "./cluster";
import { compare } from "./compare";
import type { Difference } from "./compare";
import { controllerOf, podSpecOf } from "./findForeign";
import type { Found, LookedStack } from "./found";
import { found, idOf, metadataOf, nameOf, objectsOf } from "./found";
import { mountedFiles } from "./podFiles";
import type { Tree } from "./tree";
import { isTree } from "./tree";
import type { Unlooked, WantedObject } from "./types";

/** Fields beside a template's that give a pod reach or another program; all others are what admission and scheduler add. */
const telling = new Set([
  "args",
  "command",
  "env",
  "envFrom",
  "ephemeralContainers",
  "hostIPC",
  "hostNetwork",
  "hostPID",
  "lifecycle",
  "shareProcessNamespace",
]);
/** Lists whose items are a pod's company. */
const companions = new Set(["containers", "initContainers", "volumes"]);
/** What the API server mounts into pods that have credentials. */
const ownVolume = /^kube-api-access-/;

/** Holds running pods against the templates that they were made from: a pod can be edited, or made under a false owner. */
export async function findPods(of: LookedStack): Promise<{ found: readonly Found[]; unlooked: readonly Unlooked[] }> {
  const makers = objectsOf(of).filter(({ kind }) => kind === "Deployment" || kind === "DaemonSet");
  const results: Found[] = [];
  const unlooked: Unlooked[] = [];
  for (const namespace of new Set(makers.flatMap((each) => each.namespace ?? []))) {
    const kinds = new Set(makers.filter((each) => each.namespace === namespace).map(({ kind }) => kind));
    if (kinds.has("Deployment")) kinds.add("ReplicaSet");
    const listed = await Promise.all(
      ["Pod", ...kinds].map(async (kind) => {
        const apiVersion = kind === "Pod" ? "v1" : "apps/v1";
        const served = await of.look.kind(apiVersion, kind);
        if (!isSeen(served)) return served;
        return served.seen ? of.look.list(served.seen, namespace) : { seen: [] };
      }),
    );
    const blind = listed.find((each) => !isSeen(each));
    if (blind && !isSeen(blind)) {
      unlooked.push({ stack: of.stack.stackName, what: `pods in namespace ${namespace}`, why: blind.why });
      continue;
    }
    const [pods = [], ...controllers] = listed.map((each) => (isSeen(each) ? each.seen : []));
    const byUid = new Map(controllers.flat().map((object) => [String(metadataOf(object).uid), object]));
    const created = of.role === "trust" ? await creationTimes(of, namespace, makers) : new Map<string, string>();
    for (const pod of pods) {
      const maker = makerOf(pod, byUid, makers);
      if (!maker || metadataOf(pod).deletionTimestamp !== undefined) continue;
      const says = "deletes the pod; its Deployment makes another from what was applied";
      const told = { of, object: idOf(pod), live: pod, healing: { kind: "replacePod", says } as const };
      for (const difference of podDifferences(maker.wanted, pod))
        results.push(found({ ...told, change: difference.change, difference }));
      const younger = mountedFiles(podSpecOf(maker.wanted)).filter(
        ({ kind, name }) => (created.get(`${kind} ${name}`) ?? "") > String(metadataOf(pod).creationTimestamp),
      );
      if (younger.length > 0)
        results.push(
          found({
            ...told,
            change: "stale",
            expected: "started after the files that it reads were made",
            shown: `is older than ${younger.map(({ kind, name }) => `${kind} ${name}`).join(", ")}`,
          }),
        );
    }
  }
  return { found: results, unlooked };
}

/** A pod's ReplicaSet and that one's Deployment, or its DaemonSet, if they are ours. */
function makerOf(
  pod: Tree,
  byUid: ReadonlyMap<string, Tree>,
  makers: readonly WantedObject[],
): WantedObject | undefined {
  let owner = byUid.get(controllerOf(pod) ?? "");
  if (owner?.kind === "ReplicaSet") owner = byUid.get(controllerOf(owner) ?? "");
  return owner && makers.find(({ kind, name }) => kind === owner.kind && name === nameOf(owner));
}

/** Pure: what a pod has that its template has not, as far as that is of any weight. */
export function podDifferences(maker: Tree, pod: Tree): Difference[] {
  const template = podSpecOf(maker) ?? {};
  const spec = isTree(pod.spec) ? pod.spec : {};
  // Of what stands beside, the tellings alone, and companions: containers, volumes.
  return compare({ wanted: { spec: template }, live: { spec } }).filter(({ change, path, live }) => {
    const field = String(path[1]);
    if (change !== "added" || path.some((step) => typeof step === "string" && telling.has(step))) return true;
    if (!companions.has(field) || path.length > 3) return false;
    return !(field === "volumes" && isTree(live) && ownVolume.test(String(live.name)));
  });
}

/** When the files that the makers' pods read came to be, by kind and name. */
async function creationTimes(
  { look }: LookedStack,
  namespace: string,
  makers: readonly WantedObject[],
): Promise<Map<string, string>> {
  const wanted = new Set(makers.flatMap((maker) => mountedFiles(podSpecOf(maker.wanted)).map(({ kind }) => kind)));
  const times = new Map<string, string>();
  for (const kind of wanted) {
    const served = await look.kind("v1", kind);
    if (!isSeen(served) || !served.seen) continue;
    const listed =
      kind === "Secret" ? await look.names(served.seen, namespace) : await look.list(served.seen, namespace);
    for (const object of isSeen(listed) ? listed.seen : [])
      times.set(`${kind} ${nameOf(object)}`, String(metadataOf(object).creationTimestamp));
  }
  return times;
}
