import type { StackConfig } from "./config/load";

/** Parts of a factory, releases or hosts, from which on traces cost more than they tell. */
const many = 256;

/**
 * The SDK renders a stack trace for each promise of each resource, through the source maps of everything that is loaded
 * (@pulumi/pulumi 3.248.0, runtime/debuggable.js): 40 % of the time of a program that places 1,000 releases. Programs of
 * large factories do without, unless who looks for a leaked promise asks for traces as the SDK has it.
 */
export function spareTraces(config: StackConfig, environment: NodeJS.ProcessEnv = process.env): void {
  if (environment.PULUMI_DEBUG_PROMISE_LEAKS || partsOf(config) < many) return;
  Error.stackTraceLimit = 0;
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
