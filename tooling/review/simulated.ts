import { simulatedClouds } from "../clouds/plugins";
import { unique } from "./text";
import type { ReviewedResource, SideView } from "./types";

/** Whether stand-ins take a cloud's place for resources of a type. */
export function isSimulatedCloud(type: string): boolean {
  return cloudOf(type) !== undefined;
}

const cloudOf = (type: string) => simulatedClouds.find((cloud) => type.startsWith(`${cloud}:`));

export interface Simulated {
  /** Stack. */
  readonly subject: string;
  /** Providers that were stood in for. */
  readonly clouds: readonly string[];
}

/** Which stacks of either side met stand-ins, so that nobody takes their word for a cloud's. */
export function simulatedIn(...sides: readonly SideView[]): Simulated[] {
  const stacks = sides.flatMap(({ files }) => files.flatMap((file) => file.stacks));
  return unique(stacks.map(({ name }) => name)).flatMap((subject) => {
    const clouds = cloudsOf(stacks.filter(({ name }) => name === subject).flatMap(({ resources }) => [...resources]));
    return clouds.length > 0 ? [{ subject, clouds }] : [];
  });
}

function cloudsOf(resources: readonly ReviewedResource[]): string[] {
  return unique(resources.flatMap(({ type }) => cloudOf(type) ?? []));
}
