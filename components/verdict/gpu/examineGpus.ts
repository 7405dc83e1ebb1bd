import type { ExamineContext } from "../context";
import type { DeviceEvidence } from "../evidence/attestRequest";
import type { CollateralUse, Examination } from "../finding";
import { Findings } from "../finding";
import { examineAllowed, examineMode } from "./allowed";
import { examineTogether } from "./collective";
import type { DeviceKind, ExaminedDevice } from "./device";
import { examineDevice } from "./device";
import type { Gap } from "./gap";
import type { SuppliedManifest } from "./manifests";
import { suppliedManifests } from "./manifests";
import { examineMeasurements } from "./measurements";
import type { NrasToken } from "./nrasToken";
import type { SuppliedAnswer } from "./revocation";
import { examineRevocation, suppliedAnswers } from "./revocation";
import { examineToken, examineTokenAlone, fillGaps } from "./tokenFindings";

export interface GpuEvidence {
  readonly devices: readonly DeviceEvidence[];
  /** What NVIDIA's attestation service answered about the same devices, JSON. */
  readonly nrasToken?: string;
}

/**
 * Examines GPUs and NVSwitches: each device by itself, all of them against the release's count and topology, and, for what
 * cannot be seen here, the word of NVIDIA's service where there is one. Never throws for what evidence says.
 */
export async function examineGpus(evidence: GpuEvidence, context: ExamineContext): Promise<Examination> {
  const { nrasToken } = evidence;
  // It came as JSON, so that it may be anything.
  const devices = Array.isArray(evidence.devices) ? (evidence.devices as readonly DeviceEvidence[]) : [];
  const common = new Findings("gpus");
  const token = nrasToken === undefined ? undefined : await examineToken(nrasToken, context, common);
  const tokenUses = token ? [token.use] : [];
  if (devices.length === 0) {
    const findings = withoutReports(token, context, common);
    return { findings: [...common.all, ...findings], collateral: tokenUses };
  }
  const supplied = { manifests: suppliedManifests(context), answers: suppliedAnswers(context) };
  const examined = named(devices).map((device) => one(device, supplied, context));
  examineTogether(
    examined.map(({ device }) => device),
    context.expected,
    common,
  );
  fillGaps(examined, token, common);
  return {
    findings: [...common.all, ...examined.flatMap(({ device }) => device.found.all)],
    collateral: distinct([...examined.flatMap(({ uses }) => uses), ...tokenUses]),
  };
}

interface ExaminedOne {
  readonly device: ExaminedDevice;
  readonly gaps: readonly Gap[];
  readonly uses: readonly CollateralUse[];
}

/** What the reader supplied, opened once for all devices. */
interface Supplied {
  readonly manifests: readonly SuppliedManifest[];
  readonly answers: readonly SuppliedAnswer[];
}

function one({ evidence, kind, name }: NamedDevice, supplied: Supplied, context: ExamineContext): ExaminedOne {
  const device = examineDevice(evidence, kind, name, context);
  const { genuine, found } = device;
  // What a report says that no certified key signed is not worth comparing.
  if (!genuine) return { device, gaps: closedTo(kind, found), uses: [] };
  examineAllowed(kind, genuine, evidence.arch, context.expected, found);
  const measured = examineMeasurements(kind, genuine, supplied.manifests, found);
  const revocation = examineRevocation(kind, genuine.chain, measured.used, supplied.answers, context, found);
  const mode = kind === "gpu" ? examineMode(genuine, context.expected, found) : [];
  return {
    device,
    gaps: [...measured.gaps, ...revocation.gaps, ...mode],
    uses: [...measured.uses, ...revocation.uses],
  };
}

/** A device that is not genuine is in no mode. */
function closedTo(kind: DeviceKind, found: Findings): Gap[] {
  if (kind === "gpu") found.failed("gpu-mode", "gpu-confidential", "no genuine GPU says what mode it is in");
  return [];
}

function withoutReports(token: NrasToken | undefined, context: ExamineContext, common: Findings) {
  if (token) return examineTokenAlone(token, context, common);
  const { model, count } = context.expected.gpu;
  const text = `no GPU reported; the release names ${count} ${model}`;
  common.failed("gpu-count", "gpu-genuine", text);
  common.failed("gpu-mode", "gpu-confidential", text);
  return [];
}

interface NamedDevice {
  readonly evidence: DeviceEvidence;
  readonly kind: DeviceKind;
  readonly name: string;
}

/** Numbered by kind, in the order that they came in. What does not call itself an NVSwitch counts as a GPU. */
function named(devices: readonly DeviceEvidence[]): NamedDevice[] {
  const counts = { gpu: 0, switch: 0 };
  return devices.map((each) => {
    const evidence = (typeof each === "object" && each !== null ? each : {}) as DeviceEvidence;
    const kind: DeviceKind = evidence.arch === "LS10" ? "switch" : "gpu";
    return { evidence, kind, name: `${kind}${counts[kind]++}` };
  });
}

/** Devices of a kind use the same documents. */
function distinct(uses: readonly CollateralUse[]): CollateralUse[] {
  const key = ({ title, source }: CollateralUse) => `${title} ${source}`;
  return uses.filter((use, index) => uses.findIndex((other) => key(other) === key(use)) === index);
}
