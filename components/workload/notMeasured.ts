import type { AgentPolicy } from "../guest/agentPolicy";
import type { CpuTee } from "../host/hardware";

export interface UnmeasuredParts {
  readonly tee: CpuTee;
  /** Whether the serving image carries a signature that the guest checks. */
  readonly signed: boolean;
  /** Whether the measurements were made up for a rehearsal. */
  readonly madeUp: boolean;
  readonly agentPolicy: AgentPolicy;
  /** Kata's version, which decides the guest image. */
  readonly kata: string;
}

/** What no hardware report binds, so that nobody reads more into a release's attestation than it says. */
export function notMeasured({ tee, signed, madeUp, agentPolicy, kata }: UnmeasuredParts): string[] {
  return [
    ...(madeUp ? ["SIMULATED: the launch measurement is made up; no guest has it and no key is released to it"] : []),
    "provider, host, number of replicas and the time they run: a provider may run any number of genuine guests, or none",
    "memory size of the VM",
    ...(tee === "tdx"
      ? ["vCPU count and virtual devices: they are in RTMR0, which changes with the host and is not compared"]
      : ["virtual devices of the VM; GPUs prove themselves by evidence of their own"]),
    "storage and network: the guest encrypts its volumes, yet an older state of a block can be played back to it",
    "the model's own behaviour: a defect of the serving program is attested as faithfully as its absence",
    `guest image: what Kata ${kata} comes with; who built it is not said by its digest`,
    ...(signed ? [] : ["image: accepted by its digest alone; no signature says who vouches for it"]),
    ...agentPolicy.notBound,
  ];
}
