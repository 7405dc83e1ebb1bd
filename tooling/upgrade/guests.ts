import { guestIdentity, guestIdentityAnnotation } from "../../components/workload/guestIdentity";
import type { KubeApi, KubeObject } from "../controlplane/api";
import type { ReleasePair, Side } from "./plan";
import type { Progress } from "./progress";

export interface GuestPod extends KubeObject {
  readonly metadata: KubeObject["metadata"] & { readonly creationTimestamp: string };
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

const confidentialPods = "app.kubernetes.io/part-of=trustfoundry,trustfoundry.dev/party=modelOwner";

/** The confidential pods of a provider that are there to stay. */
export async function guestPods(
  api: Pick<KubeApi, "list">,
  namespace: string,
  signal?: AbortSignal,
): Promise<GuestPod[]> {
  const pods = await api.list<GuestPod>(`/api/v1/namespaces/${namespace}/pods`, confidentialPods, signal);
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

export function modelOf({ metadata }: GuestPod): string {
  return metadata.labels?.["app.kubernetes.io/name"] ?? metadata.name;
}

/** Which side's release a pod was placed from; undefined for neither. */
export function placedAs({ metadata }: GuestPod, { former, next }: ReleasePair): Side | undefined {
  const identity = metadata.annotations?.[guestIdentityAnnotation];
  if (identity === guestIdentity(next)) return "next";
  return identity === guestIdentity(former) ? "former" : undefined;
}

/** What a provider's hosts boot, from a point in time on; the first is from ever. `either` while it changes. */
export interface HostsSince {
  /** RFC 3339; empty: from ever. */
  readonly since: string;
  readonly side: Side | "either";
}

/** What hosts booted and boot, by what was done to them when. */
export function hostsHistory(provider: string, { times, done }: Progress): HostsSince[] {
  const [forward, back] = [`hosts:${provider}`, `back:hosts:${provider}`];
  const change = (id: string, side: Side): HostsSince[] => {
    const began = times[`begin ${id}`];
    const ended = done.includes(id) ? times[id] : undefined;
    return [
      ...(began === undefined ? [] : [{ since: began, side: "either" as const }]),
      ...(ended === undefined ? [] : [{ since: ended, side }]),
    ];
  };
  return [{ since: "", side: "former" }, ...change(forward, "next"), ...change(back, "former")];
}

/**
 * By which side's hosts a pod was booted. A pod whose guest started again, as its restarts tell, may be of any since. SIMULATED:
 * no guest runs, so this says what its evidence would show.
 */
export function bootedBy(pod: GuestPod, history: readonly HostsSince[]): Side[] {
  const created = secondOf(pod.metadata.creationTimestamp);
  // Written in seconds, cut off: a pod of the same second may be from before.
  const before = history.filter(({ since }) => since === "" || secondOf(since) < created);
  const later = history.slice(before.length);
  const sameSecond = later.filter(({ since }) => secondOf(since) === created);
  const restarted = pod.status?.containerStatuses?.some(({ restartCount }) => restartCount > 0) ?? false;
  return sidesOf([...before.slice(-1), ...sameSecond, ...(restarted ? later : [])]);
}

/** What a guest that starts now is booted by. */
export function bootedNow(history: readonly HostsSince[]): Side[] {
  return sidesOf(history.slice(-1));
}

function sidesOf(history: readonly HostsSince[]): Side[] {
  const sides = new Set(history.map(({ side }) => side));
  return sides.has("either") ? ["former", "next"] : (["former", "next"] as const).filter((side) => sides.has(side));
}

/** The release that describes such a guest: what was placed, booted by the hosts of a side. */
export function guestOf({ former, next }: ReleasePair, placed: Side, booted: Side) {
  const [own, host] = [placed === "next" ? next : former, booted === "next" ? next : former];
  if (placed === booted) return own;
  const { launch, tcb, gpuClaims, guestImage } = host;
  return { ...own, launch, tcb, gpuClaims, guestImage };
}

/** API servers write times in seconds. */
function secondOf(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}
