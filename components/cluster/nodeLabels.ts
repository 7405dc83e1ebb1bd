import { cpuModels, gpuModels, labels, tenantNodeLabel } from "../host/hardware";
import type { HostProfile } from "../host/profile";
import { isConfidential } from "../host/profile";
import { gpuModelLabel } from "../workload/podTemplate";

/** Why a host cannot be what its profile says, as sentences that name host and remedy; empty when it can. */
export function hostProblems(host: HostProfile): string[] {
  const problems: string[] = [];
  const modes: readonly string[] = gpuModels[host.gpu.model].ccModes;
  if (host.ccMode !== "off" && !modes.includes(host.ccMode))
    problems.push(
      `host ${host.name}: ccMode ${host.ccMode} is no confidential mode of ${host.gpu.model}; write ${[...modes, "off"].join(" or ")}`,
    );
  if (host.ccMode !== "off" && !host.teeEnabled) {
    const tee = cpuModels[host.cpu].tee === "snp" ? "SEV-SNP" : "TDX";
    problems.push(
      `host ${host.name}: ccMode ${host.ccMode} needs ${tee}, which is off there; switch it on in the firmware, or write off`,
    );
  }
  return problems;
}

/**
 * Labels by which a host's administrator tells the GPU Operator what the host is for, and the scheduler which GPUs it
 * has. Labels that report what was found (`cc.mode.state`, `cc.ready.state`, TEE labels) are never written here.
 *
 * Hosts may be one tenant's own (`dedicatedTo`, its namespace): confidential ones say so.
 *
 * Whoever can label nodes can lie with them: they place pods, and what a pod's guest really runs on is for attestation
 * to say.
 */
export function nodeLabels(host: HostProfile, dedicatedTo?: string): Record<string, string> {
  return {
    // A host serves either confidential guests or containers with a driver of its own, never both.
    [labels.workloadConfig]: isConfidential(host) ? "vm-passthrough" : "container",
    [labels.ccMode]: host.ccMode,
    [gpuModelLabel]: host.gpu.model,
    ...(dedicatedTo !== undefined && isConfidential(host) && { [tenantNodeLabel]: dedicatedTo }),
  };
}
