import { releaseId } from "../../components/attestation/admittedRelease";
import { clusterChain, gpuHosts } from "./chains/cluster";
import { keyChain } from "./chains/key";
import { nodeChain } from "./chains/node";
import { guestChain, podChain } from "./chains/pod";
import { candidates } from "./links/pod/placement";
import { isConfidential, podOf, podsOfWorkload, releaseOf } from "./links/pod/pod";
import type { Link, NodeSubject, PodSubject } from "./outcome";
import type { Seen } from "./seen";
import { Unseen } from "./seen";
import type { Snapshot } from "./snapshot";
import type { Diagnosis, Finding } from "./walk";
import { diagnosisOf, walk } from "./walk";
import type { BoundLink } from "./walk";

/** What somebody asks about. */
export type Question =
  | { readonly kind: "node"; readonly name: string }
  | { readonly kind: "pod"; readonly namespace: string; readonly name: string }
  | { readonly kind: "all" };

/** Walks the chains that answer a question, and names the first broken link. Pure: the same snapshot, the same diagnosis. */
export function diagnose(snapshot: Snapshot, question: Question): Diagnosis {
  switch (question.kind) {
    case "node":
      return diagnosisOf([walk(node(snapshot, question.name, true))]);
    case "pod":
      return diagnosisOf(podsMeant(snapshot, question).map((subject) => walk(pod(snapshot, subject))));
    case "all":
      return diagnosisOf(everything(snapshot));
  }
}

function everything(snapshot: Snapshot): Finding[][] {
  return [
    walk(bind(clusterChain, snapshot, {}, "the cluster")),
    ...gpuHosts(snapshot).map((name) => walk(node(snapshot, name, false))),
    ...confidentialPods(snapshot).map((subject) => walk(pod(snapshot, subject))),
    ...releasesOf(snapshot).map((release) => walk(key(snapshot, release))),
  ];
}

function node(snapshot: Snapshot, name: string, asked: boolean): BoundLink[] {
  const subject: NodeSubject = { node: name, asked };
  const links = bind(nodeChain, snapshot, subject, `host ${name}`);
  // A host that is passed over: what comes behind that question is not asked of it.
  const meant = links.findIndex(({ id }) => id === "node-meant");
  return outcomeOf(links[meant]).state === "skipped" ? links.slice(0, meant + 1) : links;
}

/** A pod's own links, those of its host, and between a guest's start and its work those of its key. */
function pod(snapshot: Snapshot, subject: PodSubject): BoundLink[] {
  const text = `pod ${subject.namespace}/${subject.name}`;
  const release = lookUp(() => releaseOf(snapshot, subject));
  return [
    ...host(snapshot, subject),
    ...bind(podChain, snapshot, subject, text),
    ...(release ? key(snapshot, releaseId(release)) : []),
    ...bind(guestChain, snapshot, subject, text),
  ];
}

/** The pod of that name, or the pods of the workload of that name; the name itself where there are none. */
function podsMeant(snapshot: Snapshot, { namespace, name }: PodSubject): PodSubject[] {
  const subject = { namespace, name };
  const own = lookUp(() => (podOf(snapshot, subject) ? [] : podsOfWorkload(snapshot, subject))) ?? [];
  return own.length > 0 ? own.map(({ metadata }) => ({ namespace, name: metadata.name })) : [subject];
}

function key(snapshot: Snapshot, release: string): BoundLink[] {
  return bind(keyChain, snapshot, { release }, release === "" ? "the key broker" : `release ${release}`);
}

/** The pod's host. Where it has none: the one that came furthest of those meant for it, if all of them are broken. */
function host(snapshot: Snapshot, subject: PodSubject): BoundLink[] {
  const found = lookUp(() => podOf(snapshot, subject));
  if (!found) return [];
  // Asked of it even where no Node can be seen: then that is what they say.
  if (found.spec.nodeName !== undefined) return node(snapshot, found.spec.nodeName, true);
  const { nodes } = snapshot.cluster;
  if ("unseen" in nodes) return [];
  const chains = candidates(found, nodes.value).map(({ metadata }) => node(snapshot, metadata.name, true));
  const until = chains.map((links) => links.findIndex((link) => outcomeOf(link).state === "broken"));
  if (chains.length === 0 || until.includes(-1)) return [];
  return chains[until.indexOf(Math.max(...until))] ?? [];
}

/** Confidential pods of the namespaces that were looked at, and workloads that have none. */
function confidentialPods(snapshot: Snapshot): PodSubject[] {
  return Object.entries(snapshot.cluster.namespaces).flatMap(([namespace, { pods, workloads }]) => {
    const own = seenList(pods).filter((each) => isConfidential(each) && each.metadata.deletionTimestamp === undefined);
    const makers = seenList(workloads).filter(
      ({ kind, spec }) => kind !== "ReplicaSet" && isConfidential(spec.template) && (spec.replicas ?? 1) > 0,
    );
    const names = own.map(({ metadata }) => metadata.name);
    const empty = makers.filter(({ metadata }) => !names.some((name) => name.startsWith(`${metadata.name}-`)));
    const unlisted = "unseen" in pods || "unseen" in workloads ? ["(pods)"] : [];
    return [...names, ...empty.map(({ metadata }) => metadata.name), ...unlisted].map((name) => ({ namespace, name }));
  });
}

/** Releases whose files were given; without any, the newest of each name in the live policy. */
function releasesOf({ releases, trust }: Snapshot): string[] {
  if (releases.length > 0) return releases.map(releaseId).sort();
  if (!trust) return [];
  const newest = new Map<string, number>();
  for (const id of "value" in trust.blocks ? Object.keys(trust.blocks.value) : []) {
    const [name = "", number = "0"] = id.split("#");
    newest.set(name, Math.max(newest.get(name) ?? 0, Number(number)));
  }
  // Even a broker without a release, or one whose policy cannot be seen, is looked at.
  return newest.size > 0 ? [...newest].map(([name, number]) => `${name}#${number}`).sort() : [""];
}

function bind<S>(links: readonly Link<S>[], snapshot: Snapshot, subject: S, text: string): BoundLink[] {
  return links.map(({ id, question, follows = [], check }) => ({
    id,
    question,
    follows,
    subject: text,
    check: () => check(snapshot, subject),
  }));
}

function outcomeOf(link: BoundLink | undefined) {
  return link ? (walk([link])[0]?.outcome ?? { state: "unknown" as const }) : { state: "unknown" as const };
}

function lookUp<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Unseen) return undefined;
    throw error;
  }
}

function seenList<T>(list: Seen<readonly T[]>): readonly T[] {
  return "value" in list ? list.value : [];
}
