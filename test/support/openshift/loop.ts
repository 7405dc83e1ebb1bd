import { setTimeout as wait } from "node:timers/promises";
import { ApiError } from "../../../tooling/controlplane/api";
import type { KubeApi, KubeObject } from "../../../tooling/controlplane/api";
import type { Actor } from "../../acceptance/partners/partnerCase";

/** An object with what controllers read and write. */
export interface Live extends KubeObject {
  readonly metadata: KubeObject["metadata"] & { readonly uid: string; readonly generation?: number };
  readonly spec: Record<string, never>;
  readonly status?: Record<string, never>;
}

/** Repeats one round of a SIMULATED controller until it is stopped; what fails in between is tried again. */
export function loop(name: string, round: () => Promise<void>): Actor {
  const stopping = new AbortController();
  let last: unknown;
  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await round();
        last = undefined;
      } catch (error) {
        // Kinds come and go, others write at the same time, and an idle connection may be closed as it is used again.
        if (!(error instanceof ApiError) && (error as { code?: unknown }).code !== "ECONNRESET") throw error;
        last = error;
      }
      await wait(150, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      if (last instanceof ApiError && last.status === 422) throw new Error(`${name}: ${last.message}`);
    },
  };
}

/** Objects of a kind; none where the kind does not exist. */
export async function listed<T = Live>(api: KubeApi, path: string): Promise<T[]> {
  try {
    return await api.list<T>(path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

/** Writes a status, if it says anything else than the object has. */
export async function setStatus(api: KubeApi, path: string, object: Live, status: object): Promise<void> {
  const before = JSON.stringify({ ...object.status, ...status });
  if (before === JSON.stringify(object.status ?? {})) return;
  await api.send({
    method: "PATCH",
    path: `${path}/status`,
    body: { status },
    contentType: "application/merge-patch+json",
  });
}

export const condition = (type: string, status: "True" | "False", reason = "Simulated") => ({
  type,
  status,
  reason,
  message: "SIMULATED",
  lastTransitionTime: "2026-11-01T00:00:00Z",
});
