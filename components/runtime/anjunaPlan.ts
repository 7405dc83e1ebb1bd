import type { ArchiveFiles, PartnerChart } from "../partnerChart";
import { partnerChartProblems } from "../partnerChart";

/** Why the runtime may not be installed, as sentences. Empty when it may. */
export function anjunaRuntimeProblems(chart: PartnerChart, runtimeClassName: string, files?: ArchiveFiles): string[] {
  return [
    ...partnerChartProblems(chart, files),
    // Pods would land in guests of one runtime and be taken for those of the other.
    ...(/^kata(-|$)/.test(runtimeClassName)
      ? [`runtimeClassName: "${runtimeClassName}" is Kata's; write the name that Anjuna's chart makes`]
      : []),
  ];
}

/** What a provider, and whoever places pods there, should hear at every preview. */
export function anjunaRuntimeWarnings(runtimeClassName: string): string[] {
  return [
    `pods of the RuntimeClass ${runtimeClassName} are virtual machines beside their node, made and measured by Anjuna: no ` +
      "release, launch measurement, init-data or agent policy of this factory holds for them, and Trustee releases no keys to " +
      "them; place them in a namespace of their own, the tenant's is for Kata's guests",
    `confidential GPUs are documented nowhere in public for pods of ${runtimeClassName}; models that need a GPU run as ` +
      "releases, in guests of Kata",
  ];
}
