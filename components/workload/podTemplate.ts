import type { types } from "@pulumi/kubernetes";
import { initDataAnnotationKey, initDataDigestKey } from "../guest/initDataAnnotation";
import {
  gpuToleration,
  labels,
  nvswitchResource,
  pgpuResource,
  tenantNodeLabel,
  tenantToleration,
} from "../host/hardware";
import { guestIdentity, guestIdentityAnnotation } from "./guestIdentity";
import type { Release } from "./release";

/** Node label with the GPU model, set by NodeMode. A scheduling aid: what counts is the GPU's own attestation. */
export const gpuModelLabel = "trustfoundry.dev/gpu-model";

/** Label of the rehearsal's nodes. Simulated releases are confined to them, so none ever runs on a real host. */
export const simulatedNodeLabel = "trustfoundry.dev/simulated";

/** Path where Kata's guest expects the raw block device for guest-pulled image layers. */
export const trustedStoragePath = "/dev/trusted_store";

export interface PodTemplateOptions {
  /** StorageClass of raw block volumes; the guest encrypts the volume with a key of its own. */
  readonly storageClassName: string;
  readonly serviceAccountName: string;
  /** Tenant whose own hosts the pod has to run on: its namespace. Default any host that fits. */
  readonly dedicatedTo?: string;
}

/** Labels that select a release's pods; stable over versions, since a Deployment's selector cannot change. */
export function selectorLabels(release: Release): Record<string, string> {
  return { "app.kubernetes.io/name": release.name, "app.kubernetes.io/part-of": "trustfoundry" };
}

/**
 * The pod of a release. What is set here is what the untrusted control plane is asked for; what is *enforced* is in the
 * init-data (agent policy, image policy) and in the key broker's policy.
 */
export function podTemplate(release: Release, options: PodTemplateOptions): types.input.core.v1.PodTemplateSpec {
  const { uid, gid } = release.user;
  const { dedicatedTo } = options;
  return {
    metadata: {
      labels: { ...selectorLabels(release), "trustfoundry.dev/party": "modelOwner" },
      annotations: {
        [initDataAnnotationKey]: release.initData.annotation,
        [initDataDigestKey]: release.initData.digest,
        "trustfoundry.dev/model-version": release.modelVersion,
        [guestIdentityAnnotation]: guestIdentity(release),
      },
    },
    spec: {
      runtimeClassName: release.runtimeClassName,
      serviceAccountName: options.serviceAccountName,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // The selector of CC-ready hosts with the right TEE comes from the RuntimeClass.
      nodeSelector: {
        [gpuModelLabel]: release.gpu.model,
        ...(dedicatedTo !== undefined && { [tenantNodeLabel]: dedicatedTo }),
        ...(release.simulated ? { [simulatedNodeLabel]: "true" } : {}),
      },
      // GPU hosts are often kept for GPU pods by this taint.
      tolerations: [gpuToleration, ...(dedicatedTo === undefined ? [] : [tenantToleration(dedicatedTo)])],
      // Explicit ids: with guest pull, a policy could not match ids that only the image knows.
      securityContext: {
        runAsNonRoot: true,
        runAsUser: uid,
        runAsGroup: gid,
        fsGroup: gid,
        supplementalGroups: [gid],
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "model",
          image: `${release.image.repository}@${release.image.digest}`,
          imagePullPolicy: "Always",
          ...(release.command.length > 0 ? { command: release.command } : {}),
          ports: [{ name: "serve", containerPort: release.port }],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          resources: { requests: resources(release), limits: resources(release) },
          // A TCP probe: exec probes need an exec permission in the agent policy, HTTP ones fail on TLS bound to the guest.
          startupProbe: {
            tcpSocket: { port: "serve" },
            initialDelaySeconds: 10,
            periodSeconds: 10,
            failureThreshold: Math.ceil(release.startupSeconds / 10),
          },
          readinessProbe: { tcpSocket: { port: "serve" }, periodSeconds: 10 },
          volumeDevices: [{ name: "trusted-store", devicePath: trustedStoragePath }],
          // Kata's confidential classes back emptyDir by an encrypted block device, not by the host's file system.
          volumeMounts: [{ name: "scratch", mountPath: "/tmp" }],
        },
      ],
      volumes: [
        {
          name: "trusted-store",
          ephemeral: {
            volumeClaimTemplate: {
              spec: {
                accessModes: ["ReadWriteOnce"],
                volumeMode: "Block",
                storageClassName: options.storageClassName,
                resources: { requests: { storage: `${release.trustedStorageGib}Gi` } },
              },
            },
          },
        },
        { name: "scratch", emptyDir: { sizeLimit: "8Gi" } },
      ],
    },
  };
}

/** Requests equal limits: the VM is sized from the limits, and extended resources may not be overcommitted. */
function resources(release: Release): Record<string, string> {
  return {
    cpu: String(release.shape.cpus),
    memory: `${release.shape.memoryGib}Gi`,
    [pgpuResource]: String(release.gpu.count),
    ...(release.gpu.nvSwitches > 0 ? { [nvswitchResource]: String(release.gpu.nvSwitches) } : {}),
  };
}

/** Labels by which a scheduler finds hosts for the release: the RuntimeClass's selector and ours, for explanations. */
export function requiredNodeLabels(release: Release): Record<string, string> {
  return {
    [labels.kataRuntime]: "true",
    [labels.ccReadyState]: "true",
    [labels.tee[release.tee]]: "true",
    [gpuModelLabel]: release.gpu.model,
  };
}
