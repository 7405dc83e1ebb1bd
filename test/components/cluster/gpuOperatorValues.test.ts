import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CatalogName } from "../../../components/catalog";
import { emptyLock, resolvePin } from "../../../components/catalogLock";
import { gpuOperatorValues, passesNvSwitches } from "../../../components/cluster/gpuOperatorValues";
import { hostNvSwitches } from "../../../components/host/profile";
import type { HostProfile } from "../../../components/host/profile";
import type { PlatformSetName } from "../../../components/platform";
import { platformSetNames } from "../../../components/platform";
import { anyHost, sampleHost } from "../../support/hosts";

function valuesOf(set: PlatformSetName, hosts: readonly HostProfile[] = [sampleHost()]) {
  const pin = (name: CatalogName) => resolvePin(name, set, { lock: emptyLock, simulated: true });
  return gpuOperatorValues(
    set,
    {
      operator: pin("images/gpu-operator"),
      ccManager: pin("images/k8s-cc-manager"),
      driverManager: pin("images/k8s-driver-manager"),
      sandboxDevicePlugin: pin("images/nvidia-sandbox-device-plugin"),
    },
    hosts,
  );
}

describe.each(platformSetNames)("the GPU Operator's values in platform set %s", (set) => {
  it("hand whole GPUs to Kata guests, with confidential mode on where no label says otherwise", () => {
    expect(valuesOf(set)).toMatchObject({
      sandboxWorkloads: { enabled: true, mode: "kata", defaultWorkload: "vm-passthrough" },
      ccManager: { enabled: true, defaultMode: "on" },
      kataSandboxDevicePlugin: { enabled: true },
      nfd: { enabled: false, nodefeaturerules: true },
    });
  });

  it("never touch the obsolete Kata manager, nor rename the GPUs' resource", () => {
    const values = valuesOf(set) as Record<string, Record<string, unknown>>;
    expect(Object.keys(values)).not.toContain("kataManager");
    expect(Object.keys(values)).not.toContain("sandboxDevicePlugin");
    expect(values.kataSandboxDevicePlugin).not.toHaveProperty("env");
  });

  it("never let the DRA stack stand beside ClusterPolicy", () => {
    const { gpuCluster, clusterPolicy } = valuesOf(set);
    if (set === "ra-1.1.0") expect([gpuCluster, clusterPolicy]).toEqual([undefined, undefined]);
    else expect([gpuCluster, clusterPolicy]).toEqual([{ deployCR: false }, { deployCR: true }]);
  });

  it("bind NVSwitches exactly where a host hands them to a guest", () => {
    fc.assert(
      fc.property(fc.array(anyHost, { maxLength: 6 }), (hosts) => {
        const { vfioManager } = valuesOf(set, hosts) as { vfioManager: { env?: unknown } };
        const expected = hosts.some((host) => hostNvSwitches(host) > 0);
        expect(hosts.some(passesNvSwitches)).toBe(expected);
        expect(vfioManager.env).toEqual(expected ? [{ name: "BIND_NVSWITCHES", value: "true" }] : undefined);
      }),
    );
  });
});
