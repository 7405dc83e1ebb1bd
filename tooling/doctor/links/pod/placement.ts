import { labels } from "../../../../components/host/hardware";
import type { NodeObject, PodObject } from "../../objects";
import type { Link, PodSubject } from "../../outcome";
import { broken, ok, skipped, told } from "../../outcome";
import { bytesOf } from "../../quantity";
import { see } from "../../seen";
import { isTeeClass } from "../../confidential";
import { runtimeClassFault } from "../node/runtime";
import { openshiftRuntimeClassName } from "../../../../components/runtime/runtimeClasses";
import { existingPod, templateOf } from "./pod";

/** Links of hosts by whose break a pod finds none. */
export const hostCauses = [
  ...["node-there", "node-ready", "node-schedulable", "node-meant", "nfd-definitions", "nfd-running", "kata-deployed"],
  ...[
    "tee-rule",
    "tee-label",
    "tee-keys",
    "gpu-present",
    "cluster-policy",
    "gpu-operator-settings",
    "gpu-operator-running",
  ],
  ...["cc-mode-wanted", "cc-mode-state", "cc-ready", "gpu-resources", "nvswitch-resources", "kata-installed"],
  ...["runtime-class", "runtime-class-matches"],
];

/** Before anything else: a pod of a class that is not there is refused. */
export const classLinks: readonly Link<PodSubject>[] = [
  {
    id: "pod-class-there",
    question: "Is its runtime class there, as kata-deploy makes it?",
    follows: ["runtime-class"],
    check: (snapshot, subject) => {
      const name = templateOf(snapshot, subject)?.spec.runtimeClassName;
      if (!isTeeClass(name) || name === undefined || name === openshiftRuntimeClassName)
        return skipped(`${told(name)} is no class of kata-deploy's for confidential guests`);
      const fault = runtimeClassFault(snapshot, name);
      return fault ? broken({ ...fault, docs: "docs/infrastructure.md#kata" }) : ok(name);
    },
  },
];

export const placementLinks: readonly Link<PodSubject>[] = [
  {
    id: "pod-volume-class",
    question: "Is there the StorageClass of the volume that the guest unpacks its image on?",
    check: (snapshot, subject) => {
      const volumes = templateOf(snapshot, subject)?.spec.volumes ?? [];
      const wanted = volumes.flatMap(({ ephemeral }) => ephemeral?.volumeClaimTemplate?.spec?.storageClassName ?? []);
      const names = see(snapshot.cluster.storageClasses).map(({ metadata }) => metadata.name);
      const missing = wanted.filter((name) => !names.includes(name));
      if (missing.length === 0) return ok(wanted.join(", ") || "no volume of its own");
      return broken({
        found: names.length > 0 ? `StorageClasses ${names.join(", ")}` : "no StorageClass",
        wanted: missing.join(", "),
        why: "the pod waits for a volume that nobody makes",
        remedy: "make the StorageClass, or correct `trustedStorageClass` of the provider",
        docs: "docs/infrastructure.md#what-it-expects",
      });
    },
  },
  {
    id: "pod-scheduled",
    question: "Has the scheduler found a host?",
    follows: ["pod-admitted", "pod-class-there", "pod-volume-class", "pod-gpus", ...hostCauses],
    check: (snapshot, subject) => {
      const pod = existingPod(snapshot, subject);
      if (pod.spec.nodeName !== undefined) return ok(pod.spec.nodeName);
      const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
      const reasons = new Map<string, string[]>();
      for (const node of see(snapshot.cluster.nodes)) {
        const why = whyNot(pod, node);
        reasons.set(why, [...(reasons.get(why) ?? []), node.metadata.name]);
      }
      const said = scheduled?.message?.replace(/\.? (no new claims to deallocate|preemption:).*$/s, "");
      return broken({
        found: [
          said ?? "the scheduler has not looked at it",
          ...[...reasons].map(([why, names]) => `${names.join(", ")}: ${why}`),
        ].join("; "),
        wanted: `a host with ${wantedLabels(pod)} and ${wantedResources(pod)} free`,
        why: "the pod waits until a host has all that it asks for",
        remedy:
          "ask `trustfoundry doctor node <host>` about the host that should have it; where resources are taken, wait or add hosts",
        docs: "docs/infrastructure.md#node-labels",
      });
    },
  },
];

/** What keeps a pod off a host, by what can be seen of both: the first that does. */
export function whyNot({ spec }: PodObject, node: NodeObject): string {
  const has = node.metadata.labels ?? {};
  const label = Object.entries(spec.nodeSelector ?? {}).find(([key, value]) => has[key] !== value);
  if (label) return `${label[0]}=${told(has[label[0]])} instead of ${label[1]}`;
  if (node.spec?.unschedulable) return "cordoned";
  const taint = (node.spec?.taints ?? []).find(
    (each) =>
      each.effect !== "PreferNoSchedule" &&
      !(spec.tolerations ?? []).some(
        ({ key, operator = "Equal", value = "", effect }) =>
          (effect === undefined || effect === "" || effect === each.effect) &&
          (key === undefined || key === "" ? operator === "Exists" : key === each.key) &&
          (operator === "Exists" || value === (each.value ?? "")),
      ),
  );
  if (taint) return `taint ${taint.key}=${taint.value ?? ""}:${taint.effect}`;
  const short = Object.entries(requested(spec)).find(
    ([resource, amount]) => bytesOf(node.status?.allocatable?.[resource]) < amount,
  );
  if (short) return `${short[0]} ${told(node.status?.allocatable?.[short[0]])}, and ${short[1]} are asked for`;
  return "has all of it, so some of it is taken by other pods";
}

function requested(spec: PodObject["spec"]): Record<string, number> {
  const total: Record<string, number> = {};
  const add = (list: Readonly<Record<string, string>> = {}) =>
    Object.entries(list).forEach(([resource, amount]) => {
      total[resource] = (total[resource] ?? 0) + bytesOf(amount);
    });
  for (const { resources } of spec.containers) add(resources?.requests ?? resources?.limits);
  add(spec.overhead);
  return total;
}

function wantedLabels({ spec }: PodObject): string {
  const entries = Object.entries(spec.nodeSelector ?? {});
  return entries.length > 0 ? entries.map(([key, value]) => `${key}=${value}`).join(", ") : "any labels";
}

function wantedResources({ spec }: PodObject): string {
  const resources = spec.containers.map(({ resources: each }) => each?.requests ?? each?.limits ?? {});
  return (
    resources.flatMap((each) => Object.entries(each).map(([key, value]) => `${key} ${value}`)).join(", ") || "nothing"
  );
}

/** Hosts that a pod could be meant for: those of its GPU model's label, or all that are asked to be confidential. */
export function candidates(pod: PodObject, nodes: readonly NodeObject[]): NodeObject[] {
  const asked = ["trustfoundry.dev/gpu-model", "trustfoundry.dev/tenant"].flatMap((key) => {
    const value = pod.spec.nodeSelector?.[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return nodes.filter(({ metadata }) => {
    const has = metadata.labels ?? {};
    return asked.length > 0
      ? asked.every(([key, value]) => has[key] === value)
      : has[labels.workloadConfig] === "vm-passthrough";
  });
}
