import { clusterTee } from "../../components/openshift/hostProblems";
import type { Release } from "../../components/workload/release";
import { location } from "../config/errors";
import type { WorkloadsConfig } from "../config/factory";
import type { BareMetalProvider } from "../config/providers";
import { providerOperators } from "./operators";

/**
 * Why releases do not belong to a provider's hosts: a guest measured for upstream's Kata attests under no other, and one of
 * Red Hat's under that version of it alone. Its pods would start, be given no key, and hold GPUs.
 */
export function misplacedReleases(
  { releases: names }: Pick<WorkloadsConfig, "releases">,
  provider: BareMetalProvider,
  releases: readonly { readonly release: Release }[],
): string[] {
  const installed = provider.openshift && providerOperators(provider.openshift).sandboxedContainers.csv;
  return releases.flatMap(({ release }) => {
    const reason = misplacement(release, installed) ?? otherTee(release, provider);
    return reason ? [`${location(["releases", names.indexOf(release.name)])} (${release.name}): ${reason}`] : [];
  });
}

function misplacement({ sandboxedContainers: measured }: Release, installed: string | undefined): string | undefined {
  if (measured === installed) return undefined;
  const here = installed === undefined ? "upstream's Kata" : installed;
  const there = measured === undefined ? "upstream's Kata" : measured;
  return `was measured for the guest of ${there}, and this provider runs ${here}: its guests would get no keys; ask the model owner for a release of that guest`;
}

function otherTee({ tee }: Release, { openshift, hosts }: BareMetalProvider): string | undefined {
  const own = openshift && clusterTee(hosts);
  return own === undefined || own === tee ? undefined : `is for ${tee}, and this cluster's hosts have ${own}`;
}
