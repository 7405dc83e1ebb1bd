import type { ArchiveFiles, PartnerChart } from "../partnerChart";
import { missingInValues, partnerChartProblems } from "../partnerChart";

/** What the Policy Manager is unsealed by on Azure (docs.anjuna.io, apm: boot sequence of the server). */
export interface AnjunaAzureRoot {
  /** Attestation provider that judges its machine. */
  readonly attestationEndpoint: string;
  /** HSM-backed master key, released after attestation: its id with a version. */
  readonly keyId: string;
  /** Account with the Policy Manager's storage. */
  readonly storageAccount: string;
}

export interface PolicyManagerRequest {
  readonly chart: PartnerChart;
  readonly azure: AnjunaAzureRoot;
}

/** Why it may not be installed, as sentences. Empty when it may. */
export function policyManagerProblems({ chart, azure }: PolicyManagerRequest, files?: ArchiveFiles): string[] {
  return [
    ...partnerChartProblems(chart, files),
    // Nobody here knows the chart's keys; but what it is told has to be what was said, and what is reported.
    ...missingInValues(chart.values, { ...azure }).map(
      (name) =>
        `azure.${name}: stands nowhere in chart.values, so the Policy Manager would be another's; write it there under the key ` +
        "that its documents name",
    ),
  ];
}

/** What an owner should hear at every preview. */
export const policyManagerWarnings: readonly string[] = [
  "Anjuna's Policy Manager is graded lower than a Trustee of one's own: Azure Key Vault gives it its master key on " +
    "Microsoft's attestation, so Microsoft and whoever may write that key's release policy can have every secret in it, " +
    "and which pods get one is Anjuna's to judge",
];
