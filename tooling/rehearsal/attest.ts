import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Release } from "../../components/workload/release";
import { isDocumentFile } from "../../components/workload/release/document";
import { contexts } from "../../stacks/rehearsal";
import type { Attack } from "../attestation/attack";
import { liveFiles } from "../attestation/live";
import type { RehearsalWatcher, ReleaseRehearsal } from "../attestation/rehearse";
import { rehearseAttestation } from "../attestation/rehearse";
import { readDecisions } from "../attestation/stores";
import { openRelease } from "../commands/release/open";
import { openCluster } from "../controlplane/access";
import { instanceStatus } from "../controlplane/status";
import { ensureToolchain } from "../toolchain/ensure";
import { UserError } from "../ui";
import { readRecord } from "./instance";
import { remaining } from "./lost";
import type { InstancePaths } from "./paths";

export interface AttestArgs {
  readonly paths: InstancePaths;
  /** A release's name; default: every release that was handed over. */
  readonly release?: string;
  readonly attacks: readonly Attack[];
  readonly watcher?: RehearsalWatcher;
  readonly signal: AbortSignal;
}

/** Plays attestation against the policies that the live key broker mounts. Changes nothing. */
export async function attest({ paths, release, attacks, watcher, signal }: AttestArgs): Promise<ReleaseRehearsal[]> {
  const record = readRecord(paths);
  if (!record) throw new UserError(`There is no rehearsal ${paths.instance}.`, "`npm run rehearse` makes one.");
  const releases = handedOver(remaining(paths, record.factory).providers.map(({ name }) => paths.inbox(name)));
  if (releases.length === 0)
    throw new UserError(`In the rehearsal ${paths.instance} no release was handed over.`, "Run `npm run rehearse`.");
  const decisions = readDecisions(await filesOf(paths, signal));
  const { tools } = await ensureToolchain({ groups: ["policy"], signal });
  const opa = tools.find(({ name }) => name === "opa");
  if (!opa) throw new Error("the toolchain has no opa");
  return rehearseAttestation({
    opa: opa.path,
    releases,
    decisions,
    ...(release !== undefined && { only: [release] }),
    attacks,
    now: new Date(),
    watcher,
  });
}

async function filesOf(paths: InstancePaths, signal: AbortSignal) {
  const clusters = await instanceStatus({ directory: paths.controlPlanes });
  const running = clusters.find(({ name }) => name === contexts.trust)?.state === "running";
  const api = running ? openCluster(paths.controlPlanes, contexts.trust) : undefined;
  if (!api)
    throw new UserError("The model owner's control plane is not running.", "`npm run rehearse` starts it again.");
  try {
    return await liveFiles(api, signal);
  } finally {
    api.close();
  }
}

/** The releases in the providers' inboxes, by name: what they were given to place. Who signed them is theirs to check. */
export function handedOver(inboxes: readonly string[]): Release[] {
  const releases = new Map<string, Release>();
  for (const inbox of inboxes)
    for (const file of existsSync(inbox) ? readdirSync(inbox).filter(isDocumentFile) : []) {
      const { release } = openRelease(join(inbox, file));
      releases.set(release.name, release);
    }
  return [...releases.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
