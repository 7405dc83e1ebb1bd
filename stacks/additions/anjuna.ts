import { AnjunaRuntime } from "../../components/runtime/anjuna";
import { anjunaRuntimeProblems, anjunaRuntimeWarnings } from "../../components/runtime/anjunaPlan";
import type { BareMetalProvider } from "../config/providers";
import { partnerChartOf } from "../config/partnerCharts";
import type { AdditionArgs } from "./additions";
import { within } from "./within";

const releaseName = "anjuna-runtime";

/** Why Anjuna's runtime may not be placed, without its place in the configuration. */
export function anjunaProblems({ anjuna }: Pick<BareMetalProvider, "anjuna">, directory: string): string[] {
  if (!anjuna) return [];
  return anjunaRuntimeProblems(partnerChartOf(anjuna.chart, releaseName, within(directory)), anjuna.runtimeClassName);
}

export function anjunaWarnings({ anjuna }: Pick<BareMetalProvider, "anjuna">): readonly string[] {
  return anjuna ? anjunaRuntimeWarnings(anjuna.runtimeClassName) : [];
}

/** Anjuna's runtime beside Kata, on the same hosts. */
export function placeAnjuna({ provider, opts, nodeFeatures, directory }: AdditionArgs): Record<string, unknown> {
  const { anjuna } = provider;
  if (!anjuna) return {};
  const runtime = new AnjunaRuntime(
    "anjuna",
    {
      chart: partnerChartOf(anjuna.chart, releaseName, within(directory)),
      runtimeClassName: anjuna.runtimeClassName,
      after: [nodeFeatures],
    },
    opts,
  );
  return { anjuna: { namespace: runtime.namespace, runtimeClassName: runtime.runtimeClassName } };
}
