import type { Pin } from "../catalogLock";
import type { AgentPolicy } from "../guest/agentPolicy";
import { lockdownPolicy } from "../guest/agentPolicy";
import { genpolicyPolicy } from "../guest/genpolicy";
import { initData } from "../guest/initData";
import { annotationExcess, initDataAnnotationKey } from "../guest/initDataAnnotation";
import type { GuestImage } from "../guest/measurement/guestImage";
import { vmShape } from "../guest/shape";
import type { GpuModel } from "../host/hardware";
import { gpuModels } from "../host/hardware";
import { SealingError } from "../images/sealingError";
import { imageSecurityPolicy } from "../images/securityPolicy";
import { spkiDigest } from "../images/spkiDigest";
import { servingKeyOf } from "../images/servingKey";
import { canonicalJson, sha256 } from "../names";
import type { PlatformSetName } from "../platform";
import { platformSets, supportsGenpolicy, supportsHopperPpcie } from "../platform";
import { openshiftRuntimeClassName, runtimeClassNameFor } from "../runtime/runtimeClasses";
import { guestMeasurement } from "./guestMeasurement";
import type { ModelDeclaration } from "./modelDeclaration";
import { notMeasured } from "./notMeasured";
import type { GpuClaims, Release, Tcb } from "./release";
import { releaseSchema, releaseSpecVersion } from "./release";
import { ReleaseRefusal } from "./releaseRefusal";

export interface ReleaseInputs {
  readonly model: ModelDeclaration;
  /** The factory that the release is for. */
  readonly factory: string;
  /** Party that releases: the model owner. */
  readonly owner: string;
  /** Place in the chain of releases, and when keys may be given: decided when a release is created, then signed. */
  readonly history: Release["history"];
  readonly validity: Release["validity"];
  /** Versions that guest and key broker have in common. */
  readonly platformSet: PlatformSetName;
  readonly keyBroker: {
    /** DNS name of the KBS as guests resolve it; they reach it on 443. */
    readonly dnsName: string;
    /** PEM of the CA that signs the KBS's certificate. */
    readonly caCertificate: string;
  };
  /** Oldest firmware that is accepted, for each TEE that a model names. */
  readonly tcb: Tcb;
  readonly gpuClaims: GpuClaims;
  /** What boots. Without it models have to declare their measurement. */
  readonly guestImage?: GuestImage;
  /** The serving image by digest. */
  readonly image: Pin;
  /** True in a rehearsal alone, where made-up digests are allowed, and marked. */
  readonly simulated: boolean;
}

/** Everything a release says, from the owner's own inputs: no provider is asked, nothing is looked up. */
export function computeRelease(inputs: ReleaseInputs): Release {
  const { model, owner, factory, platformSet, image, simulated } = inputs;
  if (image.simulated && !simulated)
    throw new ReleaseRefusal(
      `the digest of ${image.repository} was made up for a rehearsal; read the real one into catalog.lock`,
    );
  if (model.artifact?.kind === "luks2")
    throw new ReleaseRefusal(
      "artifact is a LUKS2 volume, and workloads attach no such volume to a pod yet; seal the weights as encryptedLayer or encryptedObject",
    );
  refuseOnOpenshift(inputs);
  const nvSwitches = nvSwitchesOf(inputs);
  const { cpus, memoryGib, tee, gpu } = model;
  const { kata } = platformSets[platformSet].versions;
  const { vcpus } = vmShape({ cpu: cpus, memory: `${memoryGib}Gi`, gpus: gpu.count, nvSwitches });
  const agentPolicy = refusing(() => agentPolicyOf(inputs, nvSwitches));
  const measured = refusing(() =>
    guestMeasurement({ model, vcpus, kata, guestImage: guestImageOf(inputs), simulated }),
  );
  const said: Record<string, unknown> = {
    specVersion: releaseSpecVersion,
    factory,
    name: model.name,
    modelVersion: model.version,
    owner,
    simulated,
    history: inputs.history,
    validity: inputs.validity,
    image: {
      repository: image.repository,
      digest: image.digest,
      signer: model.signatureKey === undefined ? undefined : refusing(() => signerDigest(model.signatureKey ?? "")),
      encryptionKey: model.imageEncryptionKey,
    },
    artifact: model.artifact,
    isolationUnit: "pod",
    tee,
    runtimeClassName: model.sandboxedContainers === undefined ? runtimeClassNameFor(tee) : openshiftRuntimeClassName,
    sandboxedContainers: model.sandboxedContainers,
    gpu: { model: gpu.model, count: gpu.count, nvSwitches },
    shape: { cpus, memoryGib, vcpus },
    replicas: model.replicas,
    port: model.port,
    command: [...model.command],
    user: { uid: model.user.uid, gid: model.user.gid },
    trustedStorageGib: model.trustedStorageGib,
    startupSeconds: model.startupSeconds,
    awaitReadiness: model.awaitReadiness,
    agentPolicy: {
      origin: model.agentPolicy === undefined ? "trustfoundry" : "genpolicy",
      digest: sha256(agentPolicy.rego),
      openings: [...new Set(model.agentOpenings)].sort(),
    },
    initData: refusing(() => initDataOf(inputs, agentPolicy)),
    ...measured,
    tcb: tcbOf(inputs),
    gpuClaims: gpuClaimsOf(inputs, nvSwitches),
    resources: setOf(model.keys),
    servingKey: servingKeyIn(model),
    notMeasured: notMeasured({
      tee,
      signed: model.signatureKey !== undefined,
      measuredBy: measured.measuredBy,
      artifact: model.artifact,
      agentPolicy,
      kata,
      sandboxedContainers: model.sandboxedContainers,
    }),
  };
  // Parsed at once as its reader will have it, so that no release leaves that would be refused.
  const result = releaseSchema.safeParse(JSON.parse(canonicalJson(said)));
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new ReleaseRefusal(`${issue?.path.join(".")} ${issue?.message}`);
  }
  return result.data;
}

/**
 * What Red Hat's guest cannot do, or nobody here knows of it. Its Kata is 3.31.0 in version 1.13.0, as a lab's record of
 * 2026-10 says.
 */
function refuseOnOpenshift({ model, simulated }: ReleaseInputs): void {
  if (model.sandboxedContainers === undefined) return;
  const { launchMeasurement, agentPolicy, gpu } = model;
  if (launchMeasurement === undefined)
    throw new ReleaseRefusal(
      `nothing says how the guest of ${model.sandboxedContainers} measures: it is Red Hat's and is not computed here; add launchMeasurement, as Red Hat's veritas computes it for this number of vCPUs`,
    );
  if (agentPolicy !== undefined)
    throw new ReleaseRefusal(
      `agentPolicy comes from genpolicy, and that of the Kata in ${model.sandboxedContainers} lets the host mount guest paths of its choice (GHSA-fmg6-v47x-52wr); leave agentPolicy out`,
    );
  if (gpuModels[gpu.model].architecture === "hopper" && gpu.count > 1)
    throw new ReleaseRefusal(
      `gpu.count is ${gpu.count}, which takes NVSwitches along, and the Kata in ${model.sandboxedContainers} hides those from the guest (kata-containers issue 13430); write 1`,
    );
  if (simulated)
    throw new ReleaseRefusal("sandboxedContainers is for real hosts: no rehearsal plays Red Hat's; leave it out");
}

/** A described guest image is upstream Kata's: it says nothing of Red Hat's guest. */
function guestImageOf({ model, guestImage }: ReleaseInputs): GuestImage | undefined {
  return model.sandboxedContainers === undefined ? guestImage : undefined;
}

/** What the guest's parts refuse, they refuse by a sentence for the owner. */
function refusing<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof SealingError || (error instanceof Error && error.constructor === Error))
      throw new ReleaseRefusal(error.message);
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

/** genpolicy's own policy where there is one, checked; otherwise one of ours. */
function agentPolicyOf({ model, image, platformSet }: ReleaseInputs, nvSwitches: number): AgentPolicy {
  if (model.agentPolicy !== undefined) {
    const { versions } = platformSets[platformSet];
    if (!supportsGenpolicy(versions))
      throw new ReleaseRefusal(
        `agentPolicy comes from genpolicy, and that of Kata ${versions.kata} lets the host mount guest paths of its choice ` +
          "(GHSA-fmg6-v47x-52wr); choose `platform: {set: newest}`, or leave agentPolicy out",
      );
    return genpolicyPolicy({
      rego: model.agentPolicy,
      image,
      user: model.user,
      command: model.command,
      openings: model.agentOpenings ?? [],
    });
  }
  if (model.agentOpenings?.length)
    throw new ReleaseRefusal(
      `agentOpenings names ${model.agentOpenings.join(", ")}, and Trustfoundry's own policy opens nothing; remove it, or give genpolicy's as agentPolicy`,
    );
  return lockdownPolicy({
    image,
    user: model.user,
    command: model.command,
    passthroughDevices: model.gpu.count + nvSwitches,
  });
}

function servingKeyIn({ servingKey }: ModelDeclaration): Release["servingKey"] {
  return servingKey && refusing(() => servingKeyOf(servingKey.publicKey, servingKey.resource));
}

function signerDigest(pem: string): string {
  try {
    return spkiDigest(pem);
  } catch {
    throw new Error("signatureKey is no public key; write the PEM that `cosign public-key` prints");
  }
}

function tcbOf({ model, tcb }: ReleaseInputs): Tcb {
  const own = tcb[model.tee];
  if (!own)
    throw new ReleaseRefusal(
      `the model is for ${model.tee}, and no firmware of it is accepted; add attestation.${model.tee}Tcb`,
    );
  if (model.tee === "snp") return { snp: tcb.snp };
  const { xfam = [], attributes = [], mrSeam } = tcb.tdx ?? {};
  return { tdx: { xfam: setOf(xfam), attributes: setOf(attributes), ...(mrSeam && { mrSeam: setOf(mrSeam) }) } };
}

function setOf(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}

function gpuClaimsOf({ gpuClaims }: ReleaseInputs, nvSwitches: number): GpuClaims {
  if (nvSwitches > 0 && !gpuClaims.switchBios)
    throw new ReleaseRefusal(
      "the model takes NVSwitches, and no NVSwitch BIOS version is accepted; add attestation.gpuFirmware.switchBios",
    );
  return {
    drivers: setOf(gpuClaims.drivers),
    vbios: setOf(gpuClaims.vbios),
    ...(nvSwitches > 0 && { switchBios: setOf(gpuClaims.switchBios ?? []) }),
  };
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
