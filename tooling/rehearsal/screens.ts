import type { ClusterStatus } from "../controlplane/status";
import { contexts } from "../../stacks/rehearsal";
import { lossLine } from "./lost";
import type { Observation } from "./observe";
import { clusterTable, hostTable, placementTable, simulatedNotice, stackTable } from "./report";
import type { RehearsalStatus } from "./status";
import type { UpResult } from "./up";

/** The last screen of `up`. */
export function upScreen({ rows, observations, warnings }: UpResult, name: string): string {
  return [
    stackTable(rows),
    ...providerTables(observations),
    ...warnings.map((warning) => `⚠ ${warning}`),
    banner,
    nextSteps(name),
  ].join("\n\n");
}

export function statusScreen({ clusters: all, lost, observations }: RehearsalStatus, name: string): string {
  const clusters = all.filter((cluster) => !lost.some((provider) => contexts.provider(provider) === cluster.name));
  const stopped = clusters.every(({ state }) => state === "stopped");
  const advice = clusters.some(({ state }) => state !== "running")
    ? `${stopped ? "Stopped" : "Something is not running"}; \`npm run rehearse -- up${nameOption(name)}\` starts it again.`
    : lost.length === 0
      ? "All control planes run."
      : "All other control planes run.";
  return [
    clusterTable(clusters),
    ...lost.map(lossLine),
    ...impaired(clusters),
    ...providerTables(observations),
    banner,
    advice,
  ].join("\n\n");
}

const banner = `${simulatedNotice}. Real: Pulumi engine, Kubernetes provider, API servers, admission, scheduler, policies.\nSimulated: hosts, GPUs, operators' work on hosts, measurements, digests. Nothing here is evidence of confidentiality.`;

function providerTables(observations: Readonly<Record<string, Observation>>): string[] {
  return Object.entries(observations).flatMap(([provider, { hosts, placements, admissionPolicies }]) => [
    hostTable(provider, hosts),
    `${admissionPolicies} rules are in force at ${provider}'s API server, for whatever comes by no preview (docs/admission.md).`,
    ...(placements.length > 0 ? [placementTable(placements)] : []),
  ]);
}

function impaired(clusters: readonly ClusterStatus[]): string[] {
  return clusters
    .filter(({ state }) => state === "impaired")
    .map(({ name, processes }) => {
      const gone = processes.filter(({ running }) => !running);
      const which = gone.map(({ program, logFile }) => `${program} (log: ${logFile})`).join(", ");
      return `${name}: ${gone.length > 0 ? `not running: ${which}` : "its API server does not answer"}`;
    });
}

function nextSteps(name: string): string {
  const option = nameOption(name);
  const steps: readonly (readonly [command: string, what: string])[] = [
    [`npm run rehearse${option && ` --${option}`}`, "again: nothing changes"],
    [`npm run rehearse -- status${option}`, "what runs, and where"],
    [`npm run rehearse -- attest${option} --all-attacks`, "who is given a key, and who is refused one, and why"],
    [`npm run rehearse -- verdict${option}`, "what a data owner sees of the guest, and of three that pose as it"],
    [`npm run rehearse -- report${option} --out reports`, "one page: who is kept from what, and what stays open"],
    [`npm run rehearse -- doctor${option}`, "why a host is not ready, or a pod without its key"],
    [
      `npm run rehearse -- kubectl${option} --as provider get nodes,pods -A`,
      "look round (trust, provider or deployer)",
    ],
    ["edit Pulumi.rehearsal.yaml, run it again", "only the difference is applied; try `tee: tdx` on llama-8b"],
    [`npm run rehearse -- down${option}`, "stop the processes, keep everything"],
    [`npm run rehearse -- destroy${option}`, "delete everything"],
  ];
  const width = Math.max(...steps.map(([command]) => command.length));
  return ["What to try next:", ...steps.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`)].join("\n");
}

function nameOption(name: string): string {
  return name === "default" ? "" : ` --name ${name}`;
}
