import { gpuSizeOf } from "../offerings";
import { cpuPlatformOf, teeOf } from "./machineTypes";
import type { MachineRequest, NodeRequest, Provisioning } from "./requests";
import { defaultDiskType } from "./requests";

/** Settings with their companions; without them Google refuses a provisioning model, or takes another one. */
export interface Scheduling {
  readonly onHostMaintenance: string;
  readonly provisioningModel: string;
  readonly preemptible?: boolean;
  readonly automaticRestart: boolean;
  readonly instanceTerminationAction?: string;
  readonly maxRunDuration?: { readonly seconds: number };
}

/** @pulumi/gcp 9.37.0, compute.InstanceScheduling.provisioningModel. */
export function scheduling({ provisioning, onHostMaintenance = "TERMINATE" }: MachineRequest): Scheduling {
  switch (provisioning.kind) {
    case "spot":
      return {
        onHostMaintenance,
        provisioningModel: "SPOT",
        preemptible: true,
        automaticRestart: false,
        instanceTerminationAction: provisioning.onPreemption,
      };
    case "flexStart":
      return {
        onHostMaintenance,
        provisioningModel: "FLEX_START",
        automaticRestart: false,
        instanceTerminationAction: "DELETE",
        maxRunDuration: { seconds: provisioning.maxRunSeconds },
      };
    case "reservation":
      return { onHostMaintenance, provisioningModel: "RESERVATION_BOUND", automaticRestart: true };
    case "standard":
      return { onHostMaintenance, provisioningModel: "STANDARD", automaticRestart: true };
  }
}

/** Which reserved capacity a machine takes; Flex-start takes none, the other ways say nothing. */
export function reservationAffinity(provisioning: Provisioning) {
  if (provisioning.kind === "flexStart") return { type: "NO_RESERVATION" };
  if (provisioning.kind !== "reservation") return undefined;
  return {
    type: "SPECIFIC_RESERVATION",
    specificReservation: { key: reservationKey, values: [provisioning.name] },
  };
}

export const reservationKey = "compute.googleapis.com/reservation-name";

/** What makes a machine confidential and its GPU one, the same for single machines and for templates. */
export function confidentialSettings(request: NodeRequest) {
  const tee = teeOf(request);
  const minCpuPlatform = cpuPlatformOf(tee);
  return {
    machineType: request.machineType,
    // `enableConfidentialCompute` beside it would mean SEV.
    confidentialInstanceConfig: { confidentialInstanceType: tee },
    ...(minCpuPlatform !== undefined && { minCpuPlatform }),
    guestAccelerators: accelerators(request),
    shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
  };
}

export function accelerators({ machineType, gpus = 1 }: NodeRequest): { type: string; count: number }[] {
  const type = gpuSizeOf("gcp", machineType)?.accelerator;
  return type === undefined ? [] : [{ type, count: gpus }];
}

/** The boot disk of a single machine. */
export function bootDisk(request: MachineRequest) {
  return {
    autoDelete: true,
    interface: request.diskInterface ?? "NVME",
    initializeParams: {
      image: request.image,
      size: request.bootDiskGib,
      type: request.diskType ?? defaultDiskType,
      ...(request.confidentialStorage === true && { enableConfidentialCompute: true }),
    },
  };
}

/** The boot disk of a template; templates have no confidential mode of disks (@pulumi/gcp 9.37.0, InstanceTemplateDisk). */
export function templateDisk(request: MachineRequest) {
  return {
    boot: true,
    autoDelete: true,
    interface: request.diskInterface ?? "NVME",
    sourceImage: request.image,
    diskSizeGb: request.bootDiskGib,
    diskType: request.diskType ?? defaultDiskType,
  };
}

/** Nobody logs in with a key of the project's, or over the serial port. */
export const closedMetadata = {
  "block-project-ssh-keys": "true",
  "enable-oslogin": "TRUE",
  "serial-port-enable": "FALSE",
} as const;

/**
 * What Confidential Space is told. The container's output stays inside: nothing is redirected to Google's log, and no
 * variable nor command may be set from outside (the image's own launch policy decides about that).
 */
export function spaceMetadata(container: string) {
  return {
    "tee-image-reference": container,
    "tee-install-gpu-driver": "true",
    "tee-container-log-redirect": "false",
  } as const;
}
