import { resolve } from "node:path";
import type { ChartPlacement } from "../components/chartSource";
import type { InfrastructureConfig } from "./config/factory";
import { pinSource } from "./pins";
import { projectRoot } from "./project";

/** Versions, chart source and pins; a directory is looked for from the project's root. */
export function chartPlacement({
  platform: { set, charts },
  simulated,
}: Pick<InfrastructureConfig, "platform" | "simulated">): ChartPlacement {
  return {
    platformSet: set,
    charts: charts.kind === "directory" ? { ...charts, path: resolve(projectRoot, charts.path) } : charts,
    pins: pinSource(simulated),
  };
}
