import type { StackConfig } from "../../stacks/config/load";

/**
 * Whether the real Kubernetes provider would fetch charts from their registries, as it does even at a preview. The part is
 * looked for with care: an older side of a review may have none.
 */
export function fetchesCharts(config: StackConfig): boolean {
  const { platform } = config as { readonly platform?: { readonly charts?: { readonly kind?: string } } };
  return platform?.charts?.kind !== undefined && platform.charts.kind !== "directory";
}
