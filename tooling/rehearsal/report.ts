import Table from "cli-table3";
import type { ClusterStatus } from "../controlplane/status";
import type { HostView, Placement } from "./placement";

export type StackRole = "trust" | "infrastructure" | "workloads";

export interface StackRow {
  readonly stack: string;
  readonly party: string;
  readonly resources: number;
  readonly changes: string;
  readonly role: StackRole;
}

/** Said on every screen of a rehearsal. */
export const simulatedNotice = "SIMULATED: no TEE, no key released";

const pillars: Record<StackRole, string> = {
  trust: "attestation and key services · encrypted images · hardened guest",
  infrastructure: "hardware root of trust · Kata · GPU Operator and Kubernetes",
  workloads: "hardened guest · confidential workload",
};

const boundaries: Record<StackRole, string> = {
  trust: "inside: the model owner's own cluster, out of the provider's reach",
  infrastructure: "outside: host, hypervisor and control plane are not trusted",
  workloads: "round each pod: its VM and GPU, once attested; all else outside",
};

const width = () => Math.max(100, Math.min(process.stdout.columns ?? 140, 160));

/** The stacks, and where the trust boundary runs. */
export function stackTable(rows: readonly StackRow[]): string {
  const rest = width() - 30 - 16 - 11 - 16 - 8;
  const table = new Table({
    head: ["stack", "party", "resources", "this run", "pillar", "trust boundary"],
    colWidths: [30, 16, 11, 16, Math.floor(rest / 2), Math.ceil(rest / 2)],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const row of rows)
    table.push([row.stack, row.party, row.resources, row.changes, pillars[row.role], boundaries[row.role]]);
  return table.toString();
}

/** The control planes, with their addresses. */
export function clusterTable(clusters: readonly ClusterStatus[]): string {
  const table = new Table({
    head: ["control plane", "state", "API server", "processes", "nodes ready"],
    style: { head: [], border: [] },
  });
  for (const { name, state, server, processes, nodes } of clusters) {
    const running = processes.filter((process) => process.running).length;
    table.push([name, state, server ?? "–", `${running} of ${processes.length}`, `${nodes.ready} of ${nodes.total}`]);
  }
  return table.toString();
}

/** Hosts with what they offer and how many confidential pods they hold. */
export function hostTable(provider: string, hosts: readonly HostView[]): string {
  const table = new Table({
    head: [`hosts of ${provider}`, "CPU TEE", "CC mode", "GPUs", "confidential pods", ""],
    style: { head: [], border: [] },
  });
  for (const host of hosts)
    table.push([
      host.host,
      host.tee,
      host.ccMode,
      host.gpus,
      String(host.pods),
      host.eligible ? "ready" : "kept empty",
    ]);
  return table.toString();
}

/** Each pod with its host, or with the scheduler's reason for having none. */
export function placementTable(placements: readonly Placement[]): string {
  const table = new Table({
    head: ["model", "state", "host, or why none"],
    colWidths: [22, 10, width() - 36],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { release, state, where } of placements) table.push([release, state, where]);
  return table.toString();
}

/** `3 to create` and the like, from the engine's operations. */
export function changesText(changes: Readonly<Record<string, number>>): string {
  const parts = Object.entries(changes)
    .filter(([kind, count]) => kind !== "same" && kind !== "read" && count > 0)
    .map(([kind, count]) => `${count} ${kind}`);
  return parts.length > 0 ? parts.join(", ") : "no change";
}
