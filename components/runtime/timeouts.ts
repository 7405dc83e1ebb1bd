/**
 * Who gives up when, while a guest pulls its image: kubelet on the container runtime, the shim on the guest, the guest's
 * agent on the registry. The shortest one counts, and each must outlast the next, or a pull is cut off half way and
 * begun again.
 *
 * Source: cloud-native-docs confidential-containers/prerequisites (1.1.0); kata-containers
 * configuration-qemu-nvidia-gpu-snp.toml.in (4.0.0), create_container_timeout.
 */
export interface PullTimeouts {
  /** Kubelet's `runtimeRequestTimeout`, seconds. Default 1200; Kubernetes' own is 120. */
  readonly kubeletSeconds: number;
  /** The shim's `create_container_timeout`, seconds. Default 1200. */
  readonly shimSeconds: number;
  /**
   * The guest's `agent.image_pull_timeout`, seconds. Default 1200. A kernel parameter and thereby measured: a different
   * one belongs to the guest image, and is only said here so that the others outlast it.
   */
  readonly agentSeconds: number;
}

export const defaultPullTimeouts: PullTimeouts = { kubeletSeconds: 1200, shimSeconds: 1200, agentSeconds: 1200 };

/** What is wrong with a chain of timeouts, as sentences; empty when it holds. */
export function pullTimeoutProblems({ kubeletSeconds, shimSeconds, agentSeconds }: PullTimeouts): string[] {
  const problems = Object.entries({ kubeletSeconds, shimSeconds, agentSeconds })
    .filter(([, seconds]) => !Number.isSafeInteger(seconds) || seconds < 1)
    .map(([key, seconds]) => `${key} is ${seconds}; write whole seconds, 1 or more`);
  if (problems.length > 0) return problems;
  if (kubeletSeconds < shimSeconds)
    problems.push(
      `kubeletSeconds (${kubeletSeconds}) is shorter than shimSeconds (${shimSeconds}): kubelet would give up first; write ${shimSeconds} or more`,
    );
  if (shimSeconds < agentSeconds)
    problems.push(
      `shimSeconds (${shimSeconds}) is shorter than agentSeconds (${agentSeconds}): the shim would give up first; write ${agentSeconds} or more`,
    );
  return problems;
}
