import type { CpuTee, GpuModelName } from "../../../../components/host/hardware";
import { cpuModels, cpuTees, gpuModels, labels } from "../../../../components/host/hardware";
import type { HostProfile } from "../../../../components/host/profile";
import { gpuModelLabel } from "../../../../components/workload/podTemplate";
import type { NodeObject } from "../../objects";
import type { NodeSubject } from "../../outcome";
import { see, Unseen } from "../../seen";
import type { Snapshot } from "../../snapshot";

/** The Node, for links that stand behind `node-there`. */
export function nodeOf({ cluster }: Snapshot, { node: name }: NodeSubject): NodeObject {
  const node = see(cluster.nodes).find(({ metadata }) => metadata.name === name);
  if (!node) throw new Unseen(`there is no Node ${name}`);
  return node;
}

export const labelsOf = (node: NodeObject): Readonly<Record<string, string>> => node.metadata.labels ?? {};

/** Labels of NFD's own, which tell the processor's vendor (source cpu, feature cpu-model.vendor_id). */
const vendorLabel = "feature.node.kubernetes.io/cpu-model.vendor_id";
const vendors: Readonly<Record<string, CpuTee>> = { AMD: "snp", Intel: "tdx" };

/** The host as its provider declared it. */
export function declaredHost({ hosts }: Snapshot, node: NodeObject): HostProfile | undefined {
  return hosts.find(({ name }) => name === node.metadata.name);
}

/** Which TEE the host has, or by its processor can have; undefined where nothing says. */
export function teeOfNode(snapshot: Snapshot, node: NodeObject): CpuTee | undefined {
  const has = labelsOf(node);
  const declared = declaredHost(snapshot, node);
  return (
    cpuTees.find((tee) => has[labels.tee[tee]] === "true") ??
    vendors[has[vendorLabel] ?? ""] ??
    (declared && cpuModels[declared.cpu].tee)
  );
}

export const teeNames = { snp: "SEV-SNP", tdx: "TDX" } as const satisfies Record<CpuTee, string>;

export function gpuModelOf(node: NodeObject) {
  const name = labelsOf(node)[gpuModelLabel];
  return name !== undefined && Object.hasOwn(gpuModels, name) ? gpuModels[name as GpuModelName] : undefined;
}

/** What the GPU Operator takes the host for: its label, or the ClusterPolicy's default. */
export function workloadOf(snapshot: Snapshot, node: NodeObject): string | undefined {
  const said = labelsOf(node)[labels.workloadConfig];
  if (said !== undefined) return said;
  return see(snapshot.cluster.clusterPolicies)[0]?.spec?.sandboxWorkloads?.defaultWorkload;
}

/** The confidential mode that is asked of the host's GPUs: its label, or the ClusterPolicy's default. */
export function wantedCcMode(snapshot: Snapshot, node: NodeObject): string | undefined {
  return labelsOf(node)[labels.ccMode] ?? see(snapshot.cluster.clusterPolicies)[0]?.spec?.ccManager?.defaultMode;
}
