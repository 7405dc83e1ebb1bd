import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Release } from "../../components/workload/release";
import { contexts } from "../../stacks/rehearsal";
import { liveFiles } from "../attestation/live";
import { genuineScene } from "../attestation/scene";
import { readDecisions } from "../attestation/stores";
import { World } from "../attestation/world";
import { collectEvidence } from "../attestation/collect";
import { GuestKey } from "../attestation/guestKey";
import { Refusal } from "../attestation/refusal";
import { protocolVersion } from "../../components/verdict/evidence/attestRequest";
import { releaseId } from "../../components/attestation/admittedRelease";
import type { KubeApi } from "../controlplane/api";
import { openCluster } from "../controlplane/access";
import { collect } from "../doctor/collect/collect";
import type { PresentContext } from "../doctor/collect/present";
import { presentToken } from "../doctor/collect/present";
import type { Question } from "../doctor/diagnose";
import { diagnose } from "../doctor/diagnose";
import type { Presented } from "../doctor/presented";
import { opaProgram } from "../doctor/run";
import type { Seen } from "../doctor/seen";
import { seen, unseen } from "../doctor/seen";
import type { ShownCertificate } from "../doctor/snapshot";
import type { Diagnosis } from "../doctor/walk";
import { UserError } from "../ui";
import { handedOver } from "./attest";
import { readRecord } from "./instance";
import type { OwnerKeys } from "./ownerKeys";
import type { InstancePaths } from "./paths";

export interface RehearsalDoctorArgs {
  readonly paths: InstancePaths;
  readonly provider?: string | undefined;
  readonly question: Question;
  readonly signal: AbortSignal;
}

/**
 * Diagnoses a rehearsal's clusters. What a real doctor is handed by its user is here at hand: releases, hosts as declared,
 * and SIMULATED evidence of each release's guest, judged by the live policies.
 */
export async function rehearsalDoctor(args: RehearsalDoctorArgs): Promise<{ diagnosis: Diagnosis; sources: string[] }> {
  const { paths, question, signal } = args;
  const record = readRecord(paths);
  if (!record) throw new UserError(`There is no rehearsal ${paths.instance}.`, "`npm run rehearse` makes one.");
  const { providers, parties } = record.factory;
  const names = providers.map(({ name }) => name).join(", ");
  const provider = providers.find(({ name }) => name === (args.provider ?? providers[0]?.name));
  if (!provider || (args.provider === undefined && providers.length > 1))
    throw new UserError("Whose cluster is meant?", `Write --provider with one of ${names}.`);
  const cluster = running(paths, contexts.provider(provider.name));
  // Nothing of a host depends on the model owner.
  const trust = question.kind === "node" ? undefined : running(paths, contexts.trust);
  try {
    const releases = handedOver([paths.inbox(provider.name)]);
    const snapshot = await collect({
      cluster,
      trust,
      opa: () => opaProgram(signal),
      releases,
      hosts: provider.hosts,
      simulated: true,
      certificate: givenCertificate(paths, parties.modelOwner),
      ...(trust && {
        present: async (context) => simulatedGuests(await opaProgram(signal), trust, releases, context, signal),
      }),
      ...(question.kind === "pod" && { namespaces: [question.namespace] }),
      now: new Date(),
      signal,
    });
    return {
      diagnosis: diagnose(snapshot, question),
      sources: [cluster.server, ...(trust ? [trust.server] : []), ...releases.map(releaseId)],
    };
  } finally {
    cluster.close();
    trust?.close();
  }
}

function running(paths: InstancePaths, name: string): KubeApi {
  const api = openCluster(paths.controlPlanes, name);
  if (!api) throw new UserError(`The control plane ${name} was never started.`, "`npm run rehearse` starts it.");
  return api;
}

/** Nobody listens in a rehearsal: the certificate that the owner's stack was given is looked at in its place. */
function givenCertificate(paths: InstancePaths, modelOwner: string): Seen<ShownCertificate> {
  const file = join(paths.party(modelOwner), "owner-keys.json");
  if (!existsSync(file)) return unseen(`${file} is not there`);
  const { secrets } = JSON.parse(readFileSync(file, "utf8")) as OwnerKeys;
  return seen({ chain: [secrets.tls.certificate], at: "the owner's settings, SIMULATED: nobody listens" });
}

/** Each release's own guest, on a machine of SIMULATED vendors, before the live attestation policies. */
async function simulatedGuests(
  opa: string,
  trust: KubeApi,
  releases: readonly Release[],
  context: Omit<PresentContext, "signer">,
  signal: AbortSignal,
): Promise<Presented[]> {
  let decisions: ReturnType<typeof readDecisions>;
  try {
    decisions = readDecisions(await liveFiles(trust, signal));
  } catch {
    // Without policies that can be played nobody shows anything: the key broker's own links say what is missing.
    signal.throwIfAborted();
    return [];
  }
  const world = await World.create(opa, releases, decisions);
  try {
    return await Promise.all(releases.map((release) => simulatedGuest(world, release, context)));
  } finally {
    world.remove();
  }
}

async function simulatedGuest(
  world: World,
  release: Release,
  context: Omit<PresentContext, "signer">,
): Promise<Presented> {
  const now = new Date();
  const { guest, machine } = genuineScene(world, release, now);
  const { session, nonce } = world.broker.auth({ version: protocolVersion, tee: guest.cpu.tee }, now);
  const runtime = { nonce, "tee-pubkey": (await GuestKey.create()).publicJwk };
  const source = "SIMULATED evidence" as const;
  try {
    const request = await collectEvidence(guest, machine, runtime, world.vendors.roots);
    const token = await world.broker.attest(session, request, now);
    return await presentToken(
      token,
      "the SIMULATED token",
      { ...context, signer: seen(world.signer.certificate) },
      source,
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { source, release: releaseId(release), refused: `${error.step}: ${error.message}`, parts: {} };
  }
}
