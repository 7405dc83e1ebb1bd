import type { Pin } from "../catalogLock";
import { lockdownPolicy } from "../guest/agentPolicy";
import type { AgentPolicy } from "../guest/agentPolicy";
import { initData } from "../guest/initData";
import { annotationExcess, initDataAnnotationKey } from "../guest/initDataAnnotation";
import { vmShape } from "../guest/shape";
import type { GpuModel } from "../host/hardware";
import { gpuModels } from "../host/hardware";
import { imageSecurityPolicy } from "../images/securityPolicy";
import type { PlatformSetName } from "../platform";
import { platformSets, supportsHopperPpcie } from "../platform";
import { runtimeClassNameFor } from "../runtime/runtimeClasses";
import type { ModelDeclaration } from "./modelDeclaration";
import { notMeasured } from "./notMeasured";
import type { Release } from "./release";
import { releaseSchema } from "./release";
import type { GuestMeasurement } from "./simulatedMeasurement";
import { simulatedMeasurement } from "./simulatedMeasurement";

export interface ReleaseInputs {
  readonly model: ModelDeclaration;
  /** Party that releases: the model owner. */
  readonly owner: string;
  /** Versions that guest and key broker have in common. */
  readonly platformSet: PlatformSetName;
  readonly keyBroker: {
    /** DNS name of the KBS as guests resolve it; they reach it on 443. */
    readonly dnsName: string;
    /** PEM of the CA that signs the KBS's certificate. */
    readonly caCertificate: string;
  };
  /** The serving image by digest. */
  readonly image: Pin;
  /** True in a rehearsal alone: measurements that are not declared are then made up, and marked. */
  readonly simulated: boolean;
}

/** Why a model cannot be released: one sentence, with what to write instead. */
export class ReleaseRefusal extends Error {}

/** Everything a release says, from the owner's own inputs: no provider is asked, nothing is looked up. */
export function computeRelease(inputs: ReleaseInputs): Release {
  const { model, owner, platformSet, image, simulated } = inputs;
  if (image.simulated && !simulated)
    throw new ReleaseRefusal(
      `the digest of ${image.repository} was made up for a rehearsal; read the real one into catalog.lock`,
    );
  const nvSwitches = nvSwitchesOf(inputs);
  const { cpus, memoryGib, tee, gpu } = model;
  const { vcpus } = vmShape({ cpu: cpus, memory: `${memoryGib}Gi`, gpus: gpu.count, nvSwitches });
  const runtimeClassName = runtimeClassNameFor(tee);
  const agentPolicy = refusing(() =>
    lockdownPolicy({
      image,
      user: model.user,
      command: model.command,
      passthroughDevices: gpu.count + nvSwitches,
    }),
  );
  const measurement = measurementOf(inputs, runtimeClassName, vcpus);
  // Parsed at once, so that no file leaves that its reader would refuse.
  return releaseSchema.parse({
    specVersion: "trustfoundry.dev/release/v0",
    name: model.name,
    modelVersion: model.version,
    owner,
    simulated,
    image: { repository: image.repository, digest: image.digest },
    isolationUnit: "pod",
    tee,
    runtimeClassName,
    gpu: { model: gpu.model, count: gpu.count, nvSwitches },
    shape: { cpus, memoryGib, vcpus },
    replicas: model.replicas,
    port: model.port,
    command: [...model.command],
    user: { uid: model.user.uid, gid: model.user.gid },
    trustedStorageGib: model.trustedStorageGib,
    startupSeconds: model.startupSeconds,
    awaitReadiness: model.awaitReadiness,
    initData: refusing(() => initDataOf(inputs, agentPolicy)),
    ...measurement,
    resources: [...model.keys].sort(),
    notMeasured: notMeasured({
      tee,
      signed: model.signatureKey !== undefined,
      madeUp: simulated && model.launchMeasurement === undefined,
      agentPolicy,
      kata: platformSets[platformSet].versions.kata,
    }),
  });
}

/** What the guest's parts refuse, they refuse by a sentence for the owner. */
function refusing<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof Error && error.constructor === Error) throw new ReleaseRefusal(error.message);
    throw error;
  }
}

/** Only Hopper GPUs bring their switches into the VM, and then all of the board: eight GPUs, four switches. */
function nvSwitchesOf({ model, platformSet }: ReleaseInputs): number {
  const { model: name, count } = model.gpu;
  const gpu: GpuModel = gpuModels[name];
  if (count === 1) return 0;
  if (gpu.multiGpu === undefined)
    throw new ReleaseRefusal(`gpu.count is ${count}, but ${name} is validated for single-GPU passthrough; write 1`);
  if (gpu.multiGpu !== "ppcie") return 0;
  if (count !== 8)
    throw new ReleaseRefusal(
      `gpu.count is ${count}, but ${name} GPUs go to a confidential VM one by one, or all 8 of a board with its NVSwitches; write 1 or 8`,
    );
  if (!supportsHopperPpcie(platformSets[platformSet].versions))
    throw new ReleaseRefusal(
      `gpu.count is ${count}, which takes NVSwitches along, and Kata before 4.1.0 hides those from the guest (kata-containers issue 13430); write 1, or choose \`platform: {set: newest}\``,
    );
  return gpu.nvSwitchesInTcb;
}

function measurementOf(
  { model, platformSet, simulated }: ReleaseInputs,
  runtimeClassName: string,
  vcpus: number,
): GuestMeasurement {
  const { tee, launchMeasurement, rtmrs } = model;
  if (launchMeasurement !== undefined) {
    if (tee === "tdx" && rtmrs === undefined)
      throw new ReleaseRefusal(
        "rtmrs are missing: MRTD alone binds neither kernel nor command line; add rtmr1 and rtmr2",
      );
    return { launchMeasurement, ...(tee === "tdx" && { rtmrs }) };
  }
  if (!simulated)
    throw new ReleaseRefusal(
      "launchMeasurement is missing: without the guest's launch measurement no key could be released; add the 48 bytes as hex",
    );
  const { kata } = platformSets[platformSet].versions;
  return simulatedMeasurement({ tee, kata, runtimeClassName, vcpus });
}

function initDataOf({ model, keyBroker, image }: ReleaseInputs, agentPolicy: AgentPolicy): Release["initData"] {
  const { annotation, digest } = initData({
    kbsUrl: `https://${keyBroker.dnsName}`,
    kbsCaCertificate: keyBroker.caCertificate,
    agentPolicy: agentPolicy.rego,
    imageSecurityPolicy: imageSecurityPolicy([
      {
        repository: image.repository,
        digest: image.digest,
        evidence:
          model.signatureKey === undefined
            ? { kind: "unsignedAcceptedByDigest" }
            : { kind: "signed", publicKey: model.signatureKey },
      },
    ]),
  });
  const excess = annotationExcess({ [initDataAnnotationKey]: annotation });
  if (excess) throw new ReleaseRefusal(excess);
  return { annotation, digest };
}
