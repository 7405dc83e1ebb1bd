import { labels } from "../../components/host/hardware";

/** The parts of a Kubernetes Node that say what it is. */
export interface NodeView {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly status?: { readonly allocatable?: Readonly<Record<string, string>> };
}

/** The parts of a Pod that say where it is, or why it is nowhere. */
export interface PodView {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly nodeName?: string; readonly runtimeClassName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

export interface Placement {
  readonly release: string;
  readonly pod: string;
  readonly state: "running" | "pending";
  /** Host name, or the scheduler's own words on why there is none. */
  readonly where: string;
}

/** Where each confidential pod is, sorted by name; pods that wait carry the scheduler's reason. */
export function placements(pods: readonly PodView[]): Placement[] {
  return pods
    .map((pod): Placement => {
      const release = pod.metadata.labels?.["app.kubernetes.io/name"] ?? pod.metadata.name;
      if (pod.spec.nodeName && pod.status?.phase === "Running")
        return { release, pod: pod.metadata.name, state: "running", where: pod.spec.nodeName };
      const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
      const reason = scheduled?.status === "False" ? scheduled.message : undefined;
      return { release, pod: pod.metadata.name, state: "pending", where: reason ?? "not scheduled yet" };
    })
    .sort((a, b) => (a.pod < b.pod ? -1 : 1));
}

/** Whether every pod has either started or been told by the scheduler why it cannot. */
export function decided(pods: readonly PodView[]): boolean {
  return placements(pods).every(({ state, where }) => state === "running" || where !== "not scheduled yet");
}

export interface HostView {
  readonly host: string;
  readonly tee: string;
  readonly ccMode: string;
  readonly gpus: string;
  readonly pods: number;
  /** Whether confidential GPU pods may land here. */
  readonly eligible: boolean;
}

/** What each host has come to offer, and how many confidential pods it holds. */
export function hosts(nodes: readonly NodeView[], pods: readonly PodView[]): HostView[] {
  return nodes
    .map((node): HostView => {
      const has = node.metadata.labels ?? {};
      const tee = has[labels.tee.snp] === "true" ? "SEV-SNP" : has[labels.tee.tdx] === "true" ? "TDX" : "none";
      return {
        host: node.metadata.name,
        tee,
        ccMode: has[labels.ccModeState] ?? "not set",
        gpus: node.status?.allocatable?.["nvidia.com/pgpu"] ?? "0",
        pods: pods.filter((pod) => pod.spec.nodeName === node.metadata.name).length,
        eligible: tee !== "none" && has[labels.ccReadyState] === "true" && has[labels.kataRuntime] === "true",
      };
    })
    .sort((a, b) => (a.host < b.host ? -1 : 1));
}

/** Confidential pods on hosts that must stay empty: always a defect. */
export function misplaced(nodes: readonly NodeView[], pods: readonly PodView[]): string[] {
  return hosts(nodes, pods)
    .filter(({ eligible, pods: count }) => !eligible && count > 0)
    .map(({ host, pods: count }) => `${count} confidential pods on ${host}, which is not ready for them`);
}
