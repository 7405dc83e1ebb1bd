import * as semver from "semver";
import { hostProblems } from "../cluster/nodeLabels";
import type { CpuTee } from "../host/hardware";
import type { HostProfile } from "../host/profile";
import { hostTee, isConfidential } from "../host/profile";

/**
 * Oldest OpenShift for confidential GPUs on bare metal with OSC 1.13.
 *
 * Source: Red Hat AI quickstart for confidential GPUs (OSC 1.13), prerequisites.
 */
export const openshiftFloor = "4.21.24";

/** The Kubernetes minor version in an OpenShift release: 4.21 has 1.34, and each minor one more. */
export function kubernetesVersionOf(openshiftVersion: string): string {
  const version = semver.parse(openshiftVersion);
  if (version?.major !== 4) throw new Error(`"${openshiftVersion}" is no version of OpenShift 4`);
  return `1.${version.minor + 13}`;
}

/** The one TEE of a cluster's confidential hosts; undefined where there are none. */
export function clusterTee(hosts: readonly HostProfile[]): CpuTee | undefined {
  const host = hosts.find(isConfidential);
  return host && hostTee(host);
}

/** Why hosts cannot be of one OpenShift cluster with confidential guests, as sentences; empty when they can. */
export function openshiftHostProblems(hosts: readonly HostProfile[]): string[] {
  const problems = hosts.flatMap(hostProblems);
  const confidential = hosts.filter(isConfidential);
  const tees = new Map(confidential.map((host) => [hostTee(host), host.name]));
  // The operator looks at the labels of all of the pool's nodes, and stops where it finds two.
  // Source: openshift/sandboxed-containers-operator controllers/confidential_handler.go, computeTEE.
  if (tees.size > 1)
    problems.push(
      `hosts have ${[...tees].map(([tee, name]) => `${tee} (${name})`).join(" and ")}: sandboxed containers serve one TEE a cluster; put the others into a cluster of their own`,
    );
  for (const { name } of hosts.filter(({ ccMode }) => ccMode === "ppcie"))
    problems.push(
      `host ${name} is in ppcie mode, and the Kata of sandboxed containers 1.13 (3.31) hides NVSwitches from guests (kata-containers issue 13430); write on`,
    );
  for (const { name } of hosts.filter((host) => !isConfidential(host)))
    problems.push(
      `host ${name} is not confidential: its GPUs would belong to nobody, since no driver of a host runs beside confidential guests here; write ccMode on with a TEE that is enabled, or leave it out`,
    );
  return problems;
}
