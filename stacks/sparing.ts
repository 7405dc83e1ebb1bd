import { setFlagsFromString } from "node:v8";
import type { StackConfig } from "./config/load";

/** Parts of a factory, releases or hosts, from which on its program spares time and memory. */
const many = 256;

/**
 * What a program of a large factory does without. Figures are of one that places 1,000 releases.
 *
 * - Stack traces: the SDK renders one for each promise of each resource, through the source maps of everything that is
 *   loaded (@pulumi/pulumi 3.248.0, runtime/debuggable.js), 40 % of the time. Who looks for a leaked promise has them all
 *   the same, by the SDK's own `PULUMI_DEBUG_PROMISE_LEAKS`.
 * - Memory for things that are no longer needed: V8 lets its heap grow far over what is alive before it collects again.
 *   428 MiB in place of 675, for a twentieth more CPU time. V8 reads the flag at each collection; one that does not know
 *   it says so and goes on.
 */
export function spare(
  config: StackConfig,
  environment: NodeJS.ProcessEnv = process.env,
  setFlags: (flags: string) => void = setFlagsFromString,
): void {
  if (partsOf(config) < many) return;
  setFlags("--heap-growing-percent=50");
  if (!environment.PULUMI_DEBUG_PROMISE_LEAKS) Error.stackTraceLimit = 0;
}

function partsOf(config: StackConfig): number {
  switch (config.role) {
    case "workloads":
      return config.releases.length;
    case "infrastructure":
      return config.providers.reduce((hosts, provider) => hosts + provider.hosts.length, 0);
    default:
      return 0;
  }
}
