import type { CpuTee } from "../../components/host/hardware";
import { calculateJwkThumbprint } from "jose";
import type { Appraisal } from "./ear";
import type { GuestSpec } from "./guest";
import { collectEvidence } from "./collect";
import { GuestKey } from "./guestKey";
import type { TestMachine } from "./hardware";
import type { AttestRequest, RuntimeData } from "../../components/verdict/evidence/attestRequest";
import { protocolVersion } from "../../components/verdict/evidence/attestRequest";
import type { StepName } from "./refusal";
import { Refusal } from "./refusal";
import type { World } from "./world";

/** What a play's hooks may use: the session's challenge, and evidence for whatever they want to send. */
export interface PlayContext {
  readonly world: World;
  readonly key: GuestKey;
  readonly runtime: RuntimeData;
  /** Evidence of a guest: this one, on this machine, for this session, unless something else is given. */
  collect(changes?: {
    readonly guest?: GuestSpec;
    readonly machine?: TestMachine;
    readonly deviceMachine?: TestMachine;
    readonly runtime?: RuntimeData;
  }): Promise<AttestRequest>;
}

/** One run of the protocol: who asks for what, and what somebody between does to the messages. */
export interface Play {
  readonly guest: GuestSpec;
  readonly machine: TestMachine;
  /** Path of the resource that is asked for. */
  readonly path: string;
  readonly now: Date;
  readonly request?: (genuine: AttestRequest, context: PlayContext) => Promise<AttestRequest>;
  readonly token?: (genuine: string, context: PlayContext) => Promise<string>;
  /** Time that passes between the token and its use. */
  readonly laterMinutes?: number;
  /** Who tries to open the answer, where it is not the guest. */
  readonly openBy?: GuestKey;
}

export interface PlayedStep {
  readonly step: StepName;
  readonly text: string;
}

export interface PlayResult {
  readonly steps: readonly PlayedStep[];
  /** Where and why the resource was refused; undefined where the guest has it. */
  readonly refusal?: { readonly step: StepName; readonly reason: string };
}

/** Plays Request, Challenge, Attestation, Response, and the request for a resource. */
export async function play(
  world: World,
  scene: Play,
  onStep: (step: PlayedStep) => void = () => undefined,
): Promise<PlayResult> {
  const steps: PlayedStep[] = [];
  const done = (step: StepName, text: string) => {
    steps.push({ step, text });
    onStep({ step, text });
  };
  try {
    await run(world, scene, done);
    return { steps };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { steps, refusal: { step: error.step, reason: error.message } };
  }
}

async function run(world: World, scene: Play, done: (step: StepName, text: string) => void): Promise<void> {
  const { guest, machine, path, now, laterMinutes = 0 } = scene;
  const tee: CpuTee = guest.cpu.tee;
  const { broker } = world;
  const { session, nonce } = broker.auth({ version: protocolVersion, tee }, now);
  done("auth", `protocol ${protocolVersion}, ${tee}; nonce ${nonce.slice(0, 12)}…`);

  const key = await GuestKey.create();
  const thumbprint = (await calculateJwkThumbprint(key.publicJwk)).slice(0, 12);
  done("keys", `the guest makes an EC P-256 key, ${thumbprint}…`);

  const runtime: RuntimeData = { nonce, "tee-pubkey": key.publicJwk };
  const collect: PlayContext["collect"] = (changes = {}) =>
    collectEvidence(
      changes.guest ?? guest,
      changes.machine ?? machine,
      changes.runtime ?? runtime,
      world.vendors.roots,
      changes.deviceMachine,
    );
  const context: PlayContext = { world, key, runtime, collect };
  const genuine = await collect();
  const request = scene.request ? await scene.request(genuine, context) : genuine;
  done("evidence", evidenceText(request));

  const issued = await broker.attest(session, request, now, {
    verified: (parts) => done("verification", `${parts.length} parts: chains, signatures, nonce, init-data`),
    appraised: (appraisals) => done("appraisal", appraisalText(appraisals)),
  });
  const token = scene.token ? await scene.token(issued, context) : issued;
  done("token", `EAR, ES256, ${token.length} characters, ${world.decisions.tokenMinutes} minutes`);

  const sealed = await broker.resource(path, token, new Date(now.getTime() + laterMinutes * 60_000));
  done("policy", `${path} is allowed`);
  const resource = await (scene.openBy ?? key).open(sealed);
  done("key", `the JWE opened with the guest's key: ${resource.length} characters, SIMULATED`);
}

function evidenceText({
  "tee-evidence": { primary_evidence: primary, additional_evidence: additional },
}: AttestRequest) {
  const bytes = (base64: string) => Buffer.from(base64, "base64").length;
  const cpu =
    "quote" in primary
      ? `TDX quote of ${bytes(primary.quote)} bytes`
      : `SNP report of ${bytes(primary.attestation_report)} bytes`;
  const { nvidia } = JSON.parse(additional) as { nvidia?: { device_evidence_list: unknown[] } };
  const devices = nvidia?.device_evidence_list.length ?? 0;
  return `${cpu}, ${devices} device ${devices === 1 ? "report" : "reports"} (SIMULATED)`;
}

/** `cpu0 affirming, gpu0 … gpu7 affirming`, with the reasons of whatever is not. */
function appraisalText(appraisals: readonly Appraisal[]): string {
  const bad = appraisals.filter(({ status }) => status !== "affirming");
  if (bad.length === 0) return `affirming: ${rangeText(appraisals.map(({ name }) => name))}`;
  const [first] = bad as [Appraisal, ...Appraisal[]];
  const more = bad.length > 1 ? `, and ${bad.length - 1} more` : "";
  return `${first.name} is ${first.status} (${first.reasons.join("; ")})${more}`;
}

function rangeText(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 2).join(", ")} … ${names.at(-1)}` : names.join(", ");
}
