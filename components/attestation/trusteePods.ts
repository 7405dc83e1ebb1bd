import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { configurationPath } from "./kbsConfiguration";
import type { CheckedDirectory } from "./storeCheck";
import { storeCheck } from "./storeCheck";
import type { TrusteeService } from "./trusteeLayout";
import { ports, serviceName } from "./trusteeLayout";
import { probes } from "./trusteeProbes";

type PodTemplateSpec = types.input.core.v1.PodTemplateSpec;

/** A volume and where it is mounted, always read-only. */
export interface Mount {
  readonly name: string;
  readonly path: string;
  readonly source:
    | {
        readonly kind: "configMap";
        readonly name: pulumi.Input<string>;
        /** As below; default: all keys, each under its own name. */
        readonly items?: Readonly<Record<string, string>>;
      }
    | { readonly kind: "persistentVolumeClaim"; readonly name: string }
    | {
        readonly kind: "secret";
        readonly name: pulumi.Input<string>;
        /** File names by key of the Secret: only these are mounted, and each has to be there. */
        readonly items: Readonly<Record<string, string>>;
      };
}

export interface TrusteePodArgs {
  readonly service: TrusteeService;
  /** Image by digest. */
  readonly image: string;
  readonly serviceAccountName: pulumi.Input<string>;
  readonly mounts: readonly Mount[];
  /** What has to lie in the mounted directories before the service may start. */
  readonly checked: readonly CheckedDirectory[];
  readonly environment: readonly types.input.core.v1.EnvVar[];
  /** Digest of all that the service decides by: a change of it rolls the pods. */
  readonly configurationDigest: string;
}

/** Annotation with the digest of a service's configuration, policies and reference values. */
export const configurationDigestAnnotation = "trustfoundry.dev/configuration-digest";

export function trusteeLabels(service: TrusteeService): Record<string, string> {
  return { "app.kubernetes.io/name": serviceName(service), "app.kubernetes.io/part-of": "trustfoundry" };
}

/** An id that no image and no host has given away. */
const nobody = 65532;

/** From the chart of Trustee v0.21.0 (deployment/helm-chart/values.yaml). */
const resources: Readonly<Record<TrusteeService, types.input.core.v1.ResourceRequirements>> = {
  kbs: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "2", memory: "2Gi" } },
  as: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "4", memory: "4Gi" } },
  rvps: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "1Gi" } },
};

const commands: Readonly<Record<TrusteeService, string[]>> = {
  kbs: ["/usr/local/bin/kbs", "--config-file", configurationPath("kbs")],
  as: ["/usr/local/bin/grpc-as", "--socket", `0.0.0.0:${ports.as}`, "--config-file", configurationPath("as")],
  rvps: ["/usr/local/bin/rvps", "--address", `0.0.0.0:${ports.rvps}`, "--config", configurationPath("rvps")],
};

/**
 * At `debug` the services log evidence and tokens. The KBS says at `info` which Postgres it connects to, password
 * included (key-value-storage/src/postgres/mod.rs of v0.21.0).
 */
const logLevels: Readonly<Record<TrusteeService, string>> = {
  kbs: "info,key_value_storage::postgres=warn",
  as: "info",
  rvps: "info",
};

/** One service of Trustee: nothing of the image can be written, nothing runs as root, nothing talks to the API server. */
export function trusteePod(args: TrusteePodArgs): PodTemplateSpec {
  const { service, image, mounts } = args;
  const scratch = service === "as";
  const volumeMounts = mounts.map(({ name, path }) => ({ name, mountPath: path, readOnly: true }));
  const securityContext = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  };
  return {
    metadata: {
      labels: { ...trusteeLabels(service), "trustfoundry.dev/party": "modelOwner" },
      annotations: { [configurationDigestAnnotation]: args.configurationDigest },
    },
    spec: {
      serviceAccountName: args.serviceAccountName,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: nobody,
        runAsGroup: nobody,
        fsGroup: nobody,
        seccompProfile: { type: "RuntimeDefault" },
      },
      // Apart where there is room; a cluster of one node still runs.
      topologySpreadConstraints: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: trusteeLabels(service) },
        matchLabelKeys: ["pod-template-hash"],
      })),
      initContainers: [
        {
          name: "store-check",
          image,
          imagePullPolicy: "IfNotPresent",
          ...storeCheck(args.checked),
          securityContext,
          resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "100m", memory: "64Mi" } },
          volumeMounts,
        },
      ],
      containers: [
        {
          name: service,
          image,
          imagePullPolicy: "IfNotPresent",
          command: commands[service],
          env: [{ name: "RUST_LOG", value: logLevels[service] }, ...args.environment],
          ports: [{ name: service, containerPort: ports[service], protocol: "TCP" }],
          ...probes(service),
          securityContext,
          resources: resources[service],
          // Intel's quote verification library wants a place for temporary files.
          volumeMounts: scratch ? [...volumeMounts, { name: "scratch", mountPath: "/tmp" }] : volumeMounts,
        },
      ],
      volumes: [
        ...mounts.map(volume),
        ...(scratch ? [{ name: "scratch", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } }] : []),
      ],
    },
  };
}

function volume({ name, source }: Mount): types.input.core.v1.Volume {
  // Readable for the pod's group, which is nobody else's.
  const defaultMode = 0o440;
  if (source.kind === "persistentVolumeClaim")
    return { name, persistentVolumeClaim: { claimName: source.name, readOnly: true } };
  const items = source.items && Object.entries(source.items).map(([key, path]) => ({ key, path }));
  if (source.kind === "configMap")
    return { name, configMap: { name: source.name, defaultMode, ...(items && { items }) } };
  return { name, secret: { secretName: source.name, defaultMode, items } };
}
