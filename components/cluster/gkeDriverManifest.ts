import { parseAllDocuments } from "yaml";
import { sha256 } from "../names";
import { gpuToleration } from "../host/hardware";

/** Label of GKE's confidential nodes, by which Google's DaemonSet finds them. */
export const gkeConfidentialLabel = "cloud.google.com/gke-confidential-nodes-instance-type";

/** Where Google publishes the manifest, and the commit that was read for the checks below. */
export const gkeDriverSource = {
  repository: "GoogleCloudPlatform/container-engine-accelerators",
  commit: "992db81257553607f1477945f1b3219632991829",
  path: "nvidia-driver-installer/cos/daemonset-confidential.yaml",
  read: "2026-11-26",
} as const;

export const gkeDriverUrl = `https://raw.githubusercontent.com/${gkeDriverSource.repository}/${gkeDriverSource.commit}/${gkeDriverSource.path}`;

interface Container {
  readonly name?: unknown;
  readonly image?: unknown;
  readonly imagePullPolicy?: unknown;
}

/** The DaemonSet as Google wrote it, as far as it is read here. */
export interface DriverDaemonSet {
  readonly apiVersion: "apps/v1";
  readonly kind: "DaemonSet";
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly tolerations?: readonly {
          readonly key?: string;
          readonly operator?: string;
          readonly effect?: string;
        }[];
        readonly initContainers?: readonly Container[];
        readonly containers?: readonly Container[];
      };
    };
  };
}

export type DriverReading =
  { readonly daemonSet: DriverDaemonSet; readonly preloaded: readonly string[] } | { readonly problem: string };

/**
 * Reads Google's driver DaemonSet for confidential nodes on Container-Optimized OS. It runs as root in the TEE of every
 * node, so it has to be the very file that somebody looked at: its digest decides. Nothing is fetched.
 *
 * Images are named by digest, or lie on the node already and are never pulled (`cos-nvidia-installer:fixed`): those come with
 * the node's image, and cannot be pinned by anybody but Google. The driver's own version is what that image's `default` is.
 */
export function readDriverManifest(text: string, digest: string): DriverReading {
  const actual = sha256(text);
  if (actual !== digest)
    return {
      problem: `has the SHA-256 ${actual}, not ${digest}; fetch ${gkeDriverUrl} and compare, or correct sha256`,
    };
  let documents: unknown[];
  try {
    documents = parseAllDocuments(text)
      .map((document) => {
        if (document.errors[0]) throw document.errors[0];
        return document.toJS({ maxAliasCount: 10 }) as unknown;
      })
      .filter((document) => document !== null);
  } catch {
    return { problem: "is no YAML; fetch it anew" };
  }
  const [document, ...others] = documents;
  if (others.length > 0 || !isDaemonSet(document))
    return { problem: "is not one DaemonSet in kube-system; write the file of Google's, unchanged" };
  return judged(document);
}

function judged(daemonSet: DriverDaemonSet): DriverReading {
  const { initContainers = [], containers = [], tolerations = [] } = daemonSet.spec.template.spec;
  const all = [...initContainers, ...containers];
  const moving = all.find(({ image, imagePullPolicy }) => !isPinned(image) && imagePullPolicy !== "Never");
  if (moving) {
    const image = typeof moving.image === "string" ? moving.image : "nothing";
    return { problem: `pulls ${image} by a tag, into the TEE; write a manifest that names images by digest` };
  }
  if (!JSON.stringify(daemonSet.spec).includes(`"${gkeConfidentialLabel}"`))
    return {
      problem: `goes to nodes without a TEE, too: it does not look at ${gkeConfidentialLabel}; write ${gkeDriverSource.path}`,
    };
  const tolerates = tolerations.some(
    ({ key, operator, effect }) =>
      operator === "Exists" &&
      (key === undefined || key === gpuToleration.key) &&
      (effect ?? "NoSchedule") === "NoSchedule",
  );
  if (!tolerates)
    return { problem: `does not tolerate ${gpuToleration.key}, the taint of GPU nodes; write Google's own file` };
  return {
    daemonSet,
    preloaded: all.flatMap(({ image }) => (typeof image === "string" && !isPinned(image) ? [image] : [])),
  };
}

function isPinned(image: unknown): boolean {
  return typeof image === "string" && /@sha256:[0-9a-f]{64}$/.test(image);
}

function isDaemonSet(value: unknown): value is DriverDaemonSet {
  const { apiVersion, kind, metadata, spec } = (value ?? {}) as Partial<DriverDaemonSet>;
  return (
    apiVersion === "apps/v1" &&
    kind === "DaemonSet" &&
    typeof metadata?.name === "string" &&
    metadata.namespace === "kube-system" &&
    typeof spec?.template.spec === "object"
  );
}
