import type { CatalogName } from "../../components/catalog";
import { catalogEntry } from "../../components/catalog";
import { emptyLock, resolvePin } from "../../components/catalogLock";
import { gpuOperatorValues } from "../../components/cluster/gpuOperatorValues";
import { nodeFeatureValues } from "../../components/cluster/nodeFeatureValues";
import type { HostProfile } from "../../components/host/profile";
import type { PlatformSetName } from "../../components/platform";
import { platformSetNames } from "../../components/platform";
import { kataValues } from "../../components/runtime/kataValues";
import type { PullTimeouts } from "../../components/runtime/timeouts";
import { defaultPullTimeouts } from "../../components/runtime/timeouts";
import { sampleHost } from "./hosts";
import type { Values } from "./valueKeys";

export const operatorCharts = ["node-feature-discovery", "gpu-operator", "kata-deploy"] as const;
export type OperatorChart = (typeof operatorCharts)[number];

/** Each operator's chart in each platform set. */
export const chartCases = platformSetNames.flatMap((set) =>
  operatorCharts.map((chart) => ({ set, chart, version: catalogEntry(`charts/${chart}`).versions[set] })),
);

/** Folder of the stand-in chart in a platform set. */
export function standIn(chart: OperatorChart, set: PlatformSetName): string {
  return `${chart}-${catalogEntry(`charts/${chart}`).versions[set]}`;
}

/** The values that the components set for a chart. */
export function componentValues(
  chart: OperatorChart,
  set: PlatformSetName,
  { hosts = [sampleHost()], timeouts = defaultPullTimeouts }: { hosts?: HostProfile[]; timeouts?: PullTimeouts } = {},
): Values {
  const pin = (name: CatalogName) => resolvePin(name, set, { lock: emptyLock, simulated: true });
  if (chart === "node-feature-discovery") return nodeFeatureValues(pin("images/node-feature-discovery"));
  if (chart === "gpu-operator") {
    const images = {
      operator: pin("images/gpu-operator"),
      ccManager: pin("images/k8s-cc-manager"),
      driverManager: pin("images/k8s-driver-manager"),
      sandboxDevicePlugin: pin("images/nvidia-sandbox-device-plugin"),
    };
    return gpuOperatorValues(set, images, hosts);
  }
  const images = { kataDeploy: pin("images/kata-deploy"), kubectl: pin("images/kata-kubectl") };
  return kataValues({ platformSet: set, distribution: "k8s", timeouts, images });
}
