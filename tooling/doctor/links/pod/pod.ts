import { isTeeClass } from "../../confidential";
import { initDataAnnotationKey, initDataDigestKey } from "../../../../components/guest/initDataAnnotation";
import { releaseId } from "../../../../components/attestation/admittedRelease";
import type { Release } from "../../../../components/workload/release";
import type { Metadata, PodObject, PodSpec, WorkloadObject } from "../../objects";
import type { PodSubject } from "../../outcome";
import { see, Unseen } from "../../seen";
import type { NamespaceSnapshot, Snapshot } from "../../snapshot";

export function namespaceOf({ cluster }: Snapshot, { namespace }: PodSubject): NamespaceSnapshot {
  const found = cluster.namespaces[namespace];
  if (!found) throw new Unseen(`the namespace ${namespace} was not looked at`);
  return found;
}

export function podOf(snapshot: Snapshot, subject: PodSubject): PodObject | undefined {
  return see(namespaceOf(snapshot, subject).pods).find(({ metadata }) => metadata.name === subject.name);
}

/** The pod, for links that stand behind `pod-admitted`. */
export function existingPod(snapshot: Snapshot, subject: PodSubject): PodObject {
  const pod = podOf(snapshot, subject);
  if (!pod) throw new Unseen(`there is no pod ${subject.namespace}/${subject.name}`);
  return pod;
}

type Workload = WorkloadObject & { readonly kind: string };

/** Who makes the pod: its ReplicaSet with the Deployment behind it, or the workload that the subject itself names. */
export function makersOf(snapshot: Snapshot, subject: PodSubject): Workload[] {
  const workloads = see(namespaceOf(snapshot, subject).workloads);
  const owner = ({ metadata }: { metadata: PodObject["metadata"] }) =>
    metadata.ownerReferences?.find(({ controller }) => controller !== false)?.name;
  const pod = podOf(snapshot, subject);
  const name = pod ? owner(pod) : subject.name;
  const first = workloads.filter(({ metadata }) => metadata.name === name);
  const above = first.map(owner);
  const below = workloads.filter((each) => each.kind === "ReplicaSet" && owner(each) === name);
  return [...workloads.filter(({ metadata }) => above.includes(metadata.name)), ...first, ...below];
}

/** Pods that a workload made, itself or by its ReplicaSets. */
export function podsOfWorkload(snapshot: Snapshot, subject: PodSubject): PodObject[] {
  const makers = makersOf(snapshot, subject).map(({ metadata }) => metadata.name);
  return see(namespaceOf(snapshot, subject).pods).filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ name }) => makers.includes(name)),
  );
}

/** What the pod is made of: its own spec, or its workload's where no pod was made. */
export function templateOf(
  snapshot: Snapshot,
  subject: PodSubject,
):
  | {
      readonly spec: PodSpec;
      readonly annotations: Readonly<Record<string, string>>;
      readonly labels: Readonly<Record<string, string>>;
    }
  | undefined {
  const pod = podOf(snapshot, subject);
  if (pod) return { spec: pod.spec, annotations: pod.metadata.annotations ?? {}, labels: pod.metadata.labels ?? {} };
  const [workload] = makersOf(snapshot, subject);
  const template = workload?.spec.template;
  return (
    template && {
      spec: template.spec,
      annotations: template.metadata?.annotations ?? {},
      labels: template.metadata?.labels ?? {},
    }
  );
}

/** The release that the pod is of: by its init-data, or by its name where its init-data is no release's. */
export function releaseOf(snapshot: Snapshot, subject: PodSubject): Release | undefined {
  const template = templateOf(snapshot, subject);
  if (!template) return undefined;
  const digest = template.annotations[initDataDigestKey];
  const annotation = template.annotations[initDataAnnotationKey];
  const name = template.labels["app.kubernetes.io/name"];
  const newestFirst = [...snapshot.releases].sort((a, b) => b.history.sequence - a.history.sequence);
  return (
    newestFirst.find(({ initData }) => initData.annotation === annotation && annotation !== undefined) ??
    newestFirst.find(({ initData, name: own }) => initData.digest === digest && own === name) ??
    newestFirst.find((release) => release.name === name)
  );
}

/** The same, for links that have nothing to compare with otherwise. */
export function knownRelease(snapshot: Snapshot, subject: PodSubject): Release | string {
  const release = releaseOf(snapshot, subject);
  if (release) return release;
  if (snapshot.releases.length === 0) return "no release file was given (--release)";
  const given = snapshot.releases.map(releaseId).join(", ");
  return `of the releases given (${given}) none is this pod's`;
}

/** By its runtime class, or by init-data, which only a confidential guest reads: a pod that lost its class is one, too. */
export function isConfidential({
  metadata,
  spec,
}: {
  readonly metadata?: Partial<Metadata>;
  readonly spec: PodSpec;
}): boolean {
  return isTeeClass(spec.runtimeClassName) || metadata?.annotations?.[initDataAnnotationKey] !== undefined;
}
