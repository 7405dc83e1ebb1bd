import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../ui";
import type { ControlPlane, ControlPlaneArgs } from "./controlPlane";
import { createControlPlane } from "./controlPlane";
import { writePrivate } from "./files";
import { stopStrays } from "./launcher";
import { Launcher } from "./launcher";
import { Layout } from "./layout";
import { withLock } from "./lock";
import { withDiskFullMessage } from "./logs";
import { StateFile } from "./state";

/** Says that a directory holds control planes and nothing else; without it nothing is ever removed. */
const markerFile = ".trustfoundry-control-planes";

export interface InstanceArgs {
  /** Directory of this instance's control planes alone. */
  readonly directory: string;
  readonly bin: (tool: string) => string;
  readonly clusters: readonly Omit<ControlPlaneArgs, "directory" | "bin" | "signal" | "onProgress">[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (cluster: string, step: string) => void;
}

/**
 * Brings an instance's control planes up, side by side; what runs already is kept. When one cannot start, or the signal
 * says so, all that was started is stopped again. Throws a UserError that says why.
 */
export async function instanceUp(args: InstanceArgs): Promise<ControlPlane[]> {
  return withDiskFullMessage(args.directory, async () => {
    const directory = markedDirectory(args.directory);
    return withLock(directory, args.signal, async (lockSignal) => {
      const failure = new AbortController();
      const signal = AbortSignal.any([lockSignal, failure.signal]);
      const wanted = new Set(args.clusters.map(({ name }) => name));
      await stopClusters(directory, (name) => !wanted.has(name));
      const starts = args.clusters.map(async (cluster) => {
        try {
          const onProgress = (step: string) => args.onProgress?.(cluster.name, step);
          return await createControlPlane({
            ...cluster,
            directory: join(directory, cluster.name),
            bin: args.bin,
            signal,
            onProgress,
          });
        } catch (error) {
          if (!failure.signal.aborted) failure.abort(error);
          throw error;
        }
      });
      const results = await Promise.allSettled(starts);
      const running = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
      if (!signal.aborted) return running;
      await Promise.all(
        running.map(async (controlPlane) => {
          controlPlane.api.close();
          await controlPlane.undo();
        }),
      );
      // The first reason counts; the others were stopped because of it.
      throw signal.reason;
    });
  });
}

/** Stops an instance's processes. Data and credentials stay for the next start. */
export async function instanceDown({ directory }: { readonly directory: string }): Promise<void> {
  if (!existsSync(directory)) return;
  const path = existingMarked(directory);
  await withLock(path, undefined, () => stopClusters(path, () => true));
}

/** Stops some of an instance's control planes; the others run on. */
export async function instanceStop(args: {
  readonly directory: string;
  readonly clusters: readonly string[];
}): Promise<void> {
  if (!existsSync(args.directory)) return;
  const path = existingMarked(args.directory);
  await withLock(path, undefined, () => stopClusters(path, (name) => args.clusters.includes(name)));
}

/** Stops an instance's processes and removes its directory with all data and credentials. */
export async function instanceDestroy({ directory }: { readonly directory: string }): Promise<void> {
  if (existsSync(directory)) {
    const path = existingMarked(directory);
    await withLock(path, undefined, async () => {
      await stopClusters(path, () => true);
      for (const entry of readdirSync(path))
        if (entry !== markerFile && entry !== "lock") rmSync(join(path, entry), { recursive: true, force: true });
    });
    rmSync(path, { recursive: true, force: true });
  } else await stopStrays(directory);
}

/** Names of the clusters that an instance's directory holds. */
export function clusterNames(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((entry) => entry !== "lock" && statSync(join(directory, entry)).isDirectory())
    .sort();
}

async function stopClusters(directory: string, chosen: (name: string) => boolean): Promise<void> {
  await Promise.all(
    clusterNames(directory)
      .filter(chosen)
      .map((name) => {
        const layout = new Layout(join(directory, name));
        return new Launcher(layout, name, new StateFile(layout.directory, name)).stopAll();
      }),
  );
}

function markedDirectory(directory: string): string {
  const isNew = !existsSync(directory) || readdirSync(directory).length === 0;
  if (!isNew) return existingMarked(directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writePrivate(
    join(directory, markerFile),
    "Control planes of a Trustfoundry rehearsal. SIMULATED: no TEE, no key released.\n",
  );
  return realpathSync(directory);
}

function existingMarked(directory: string): string {
  if (existsSync(join(directory, markerFile))) return realpathSync(directory);
  throw new UserError(
    `${directory} holds no control planes of a rehearsal, so nothing in it is touched.`,
    "Choose another instance name, or another TRUSTFOUNDRY_HOME.",
  );
}
