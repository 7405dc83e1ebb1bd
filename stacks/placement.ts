import { resolve } from "node:path";
import type { ChartPlacement } from "../components/chartSource";
import type { InfrastructureConfig } from "./config/factory";
import { pinSource } from "./pins";
import { packageRoot } from "./project";

/** Versions, chart source and pins; a directory is looked for from the project's own. */
export function chartPlacement(
  { platform: { set, charts }, simulated }: Pick<InfrastructureConfig, "platform" | "simulated">,
  directory = packageRoot,
): ChartPlacement {
  return {
    platformSet: set,
    charts: charts.kind === "directory" ? { ...charts, path: resolve(directory, charts.path) } : charts,
    pins: pinSource(simulated, directory),
  };
}
