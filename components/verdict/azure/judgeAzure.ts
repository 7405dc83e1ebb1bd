import type { CpuTee } from "../../host/hardware";
import type { ExamineContext, Expected, Known } from "../context";
import type { DeviceEvidence, RuntimeData } from "../evidence/attestRequest";
import { deviceNonce, primaryReportData } from "../evidence/attestRequest";
import type { Examination } from "../finding";
import { Findings } from "../finding";
import { examineGpus } from "../gpu/examineGpus";
import type { MachineVerdict, ReadersExpectation } from "../machineVerdict";
import { machineVerdict, withoutConnection } from "../machineVerdict";
import type { Acceptance } from "../verdict";
import type { AzureExpected } from "./azureContext";
import type { AzureEvidence } from "./azureEvidence";
import { examineAzure } from "./examineAzure";

/** Recorded evidence of a machine on Azure. Nothing of it is believed before it was examined. */
export interface AzureMachine {
  readonly evidence: AzureEvidence;
  /**
   * Nonce and key that evidence and devices are bound to. Default: none, since it is the attester's evidence by itself, which
   * the reader's nonce went into as it is; no device is bound to it then.
   */
  readonly bound?: { readonly runtime: RuntimeData; readonly additional: string };
  readonly devices: readonly DeviceEvidence[];
  /** Token of NVIDIA's attestation service about the same devices. */
  readonly nrasToken?: string;
}

export interface AzureMachineExpected {
  readonly tee: CpuTee;
  readonly azure: AzureExpected;
  /** Undefined where the machine has none. */
  readonly gpu: (Pick<Expected["gpu"], "model" | "count"> & Expected["gpuClaims"]) | undefined;
}

export interface JudgeAzureArgs extends Pick<ExamineContext, "now" | "roots" | "collateral"> {
  readonly machine: AzureMachine;
  readonly expected: AzureMachineExpected;
  /**
   * The reader's own: text among the runtime data, or, of evidence by itself, the bytes that it was asked with. Default: none,
   * and nothing is fresh.
   */
  readonly nonce?: string | Uint8Array;
  readonly expectation: ReadersExpectation;
  readonly acceptance: Acceptance;
}

/** Judges a confidential machine on Azure by what its reader expects of it. What evidence says never leads to an error. */
export async function judgeAzure(args: JudgeAzureArgs): Promise<MachineVerdict> {
  const { machine, expected, now, roots, collateral, expectation, acceptance } = args;
  const { gpu } = expected;
  const { drivers = [], vbios = [], ...model } = gpu ?? { model: "none", count: 0 };
  const context: ExamineContext = {
    now,
    roots,
    collateral,
    expected: {
      tee: expected.tee,
      launch: {},
      boundInitData: "",
      tcb: expected.azure.tcb,
      gpu: { ...model, nvSwitches: 0 },
      gpuClaims: { drivers, vbios },
      reportData: reportData(args),
      deviceNonce: machine.bound
        ? { value: deviceNonce(machine.bound.runtime) }
        : { unknown: "the evidence comes without the nonce and key that devices are asked with" },
    },
  };
  const devices = {
    devices: machine.devices,
    ...(machine.nrasToken !== undefined && { nrasToken: machine.nrasToken }),
  };
  const cpu = examineAzure(machine.evidence, { ...context, azure: expected.azure });
  return machineVerdict({
    examinations: [
      cpu,
      gpu ? await examineGpus(devices, context) : unexpected(machine.devices),
      own(args),
      withoutConnection(
        "no connection was looked at: recorded evidence may be of another machine than the one that answers prompts",
      ),
    ],
    gpus: gpu !== undefined || machine.devices.length > 0,
    expectation,
    simulated: roots.simulated,
    now,
    acceptance,
  });
}

function reportData({ machine: { bound }, nonce }: JudgeAzureArgs): Known<string> {
  if (bound) return { value: primaryReportData(bound.runtime, bound.additional) };
  if (nonce === undefined) return { unknown: "nothing was asked: recorded evidence may be of any age" };
  return { value: Buffer.from(nonce).toString("hex").padEnd(128, "0") };
}

/** A machine with a device that nobody expects is another machine. */
function unexpected(devices: readonly DeviceEvidence[]): Examination {
  const found = new Findings("gpus");
  if (devices.length > 0)
    found.failed("gpu-count", "gpu-genuine", `${devices.length} devices reported; the expectation names none`);
  return { findings: found.all, collateral: [] };
}

/** What is asked of every machine, and is in no check of its parts. */
function own({ machine: { bound }, nonce, expected: { azure } }: JudgeAzureArgs): Examination {
  const found = new Findings("evidence");
  if (bound && nonce === undefined)
    found.notChecked(
      "question-nonce",
      "evidence-fresh",
      "nothing was asked: recorded evidence may be of any age; name the nonce that it was asked with, --nonce",
    );
  else if (bound)
    found.decide(
      "question-nonce",
      "evidence-fresh",
      bound.runtime.nonce === nonce,
      "the evidence answers this reader's nonce",
      "the evidence answers another nonce than this reader's: it was made for another question",
    );
  found.notChecked(
    "azure-container",
    "image-as-released",
    "value" in azure.initData
      ? "the rules in init-data decide which image runs; their digest alone was compared, and what they say is to be read in them"
      : "a machine's evidence names no container: kubelet, every pod and whoever administers the machine's cluster are inside",
  );
  return { findings: found.all, collateral: [] };
}
