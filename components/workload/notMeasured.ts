import type { AgentPolicy } from "../guest/agentPolicy";
import type { CpuTee } from "../host/hardware";
import type { ModelArtifact } from "../images/modelArtifact";
import type { Release } from "./release";

export interface UnmeasuredParts {
  readonly tee: CpuTee;
  /** Whether the serving image carries a signature that the guest checks. */
  readonly signed: boolean;
  readonly measuredBy: Release["measuredBy"];
  readonly artifact?: ModelArtifact;
  readonly agentPolicy: AgentPolicy;
  /** Kata's version, which decides the guest image. */
  readonly kata: string;
  /** Red Hat's sandboxed containers, whose guest image it is instead. */
  readonly sandboxedContainers?: string;
}

const measuredBy: Record<Release["measuredBy"], readonly string[]> = {
  computed: [],
  declared: [
    "guest: its measurement was declared by the model owner and not computed; what boots there is for the owner to say",
  ],
  simulated: [
    "SIMULATED: the launch measurement is that of a made-up guest image; no guest has it and no key is released to it",
  ],
};

/** What no hardware report binds, so that nobody reads more into a release's attestation than it says. */
export function notMeasured({
  tee,
  signed,
  measuredBy: how,
  artifact,
  agentPolicy,
  kata,
  sandboxedContainers,
}: UnmeasuredParts): string[] {
  return [
    ...measuredBy[how],
    "provider, host, number of replicas and the time they run: a provider may run any number of genuine guests, or none",
    "memory size of the VM",
    ...(tee === "tdx"
      ? ["vCPU count and virtual devices: they are in RTMR0, which changes with the host and is not compared"]
      : ["virtual devices of the VM; GPUs prove themselves by evidence of their own"]),
    "storage and network: the guest encrypts its volumes, yet an older state of a block can be played back to it",
    "the model's own behaviour: a defect of the serving program is attested as faithfully as its absence",
    sandboxedContainers === undefined
      ? `guest image: what Kata ${kata} comes with; who built it is not said by its digest`
      : `guest image: what Red Hat's ${sandboxedContainers} comes with; who built it is not said by its measurement`,
    ...(signed ? [] : ["image: accepted by its digest alone; no signature says who vouches for it"]),
    ...(artifact?.kind === "luks2"
      ? ["weights: LUKS2 does not tell an older state of the volume from the newest; the digest after opening does"]
      : []),
    ...agentPolicy.notBound,
  ];
}
