import { join } from "node:path";
import { emptyLock } from "../../components/catalogLock";
import type { ChartPlacement } from "../../components/chartSource";
import type { PlatformSetName } from "../../components/platform";
import { root } from "./factory";

/** The stand-in charts, as a rehearsal installs them. */
export const standInCharts = join(root, "tooling/rehearsal/charts");

export function rehearsalPlacement(platformSet: PlatformSetName = "ra-1.1.0"): ChartPlacement {
  return {
    platformSet,
    charts: { kind: "directory", path: standInCharts },
    pins: { lock: emptyLock, simulated: true },
  };
}
