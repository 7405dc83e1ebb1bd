import type { CollateralSource } from "../collateralSource";
import type { DeviceEvidence } from "../evidence/attestRequest";
import { parseHclReport } from "../evidence/hclReport";
import { parseSnpReport } from "../evidence/snpReport";
import { gpuSources } from "../gpu/sources";
import { snpSources } from "../snp/snpSources";
import { tdxSources } from "../tdx/sources";
import type { AzureEvidence } from "./azureEvidence";

/**
 * What to fetch so that a machine on Azure can be judged: what AMD or Intel, and NVIDIA, publish about the evidence inside.
 * Microsoft publishes nothing to check with. Throws EvidenceError alone, where the evidence cannot be read.
 */
export function azureSources(
  { hclReport, tdQuote }: AzureEvidence,
  devices: readonly DeviceEvidence[],
): readonly (CollateralSource & { readonly header?: string })[] {
  const cpu = tdQuote
    ? tdxSources(tdQuote).map((source) => ({ title: source.kind, ...source }))
    : snpSources(parseSnpReport(parseHclReport(hclReport).hardwareReport));
  return [...cpu, ...gpuSources(devices)];
}
