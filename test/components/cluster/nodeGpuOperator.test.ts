import { describe, expect, it } from "vitest";
import type { CatalogName } from "../../../components/catalog";
import { emptyLock, resolvePin } from "../../../components/catalogLock";
import { nodeDriverBranch } from "../../../components/cluster/nodeGpuOperatorValues";
import { gpuDriver } from "../../../components/host/offerings";
import { platformSetNames } from "../../../components/platform";
import { nodeValues } from "../../support/chartValues";

describe.each(platformSetNames)("the GPU Operator's values for nodes in platform set %s", (set) => {
  const values = nodeValues("gpu-operator", set);
  const digestOf = (name: CatalogName) => resolvePin(name, set, { lock: emptyLock, simulated: true }).digest;

  it("load a signed driver, and leave guests and GPU modes alone", () => {
    expect(values).toMatchObject({
      sandboxWorkloads: { enabled: false },
      ccManager: { enabled: false },
      driver: { enabled: true, usePrecompiled: true, version: nodeDriverBranch, upgradePolicy: { autoUpgrade: false } },
      toolkit: { enabled: true },
      devicePlugin: { enabled: true },
      nfd: { enabled: false },
    });
  });

  it("share no GPU, and run nothing on a node that its models do not need", () => {
    for (const key of ["mig", "vgpuManager", "kataSandboxDevicePlugin", "vfioManager"])
      expect(values).not.toHaveProperty(key);
    expect(values.devicePlugin).not.toHaveProperty("config");
    for (const operand of ["migManager", "dcgm", "dcgmExporter", "nodeStatusExporter"])
      expect(values[operand]).toEqual({ enabled: false });
  });

  it("name every image by digest but the driver's, whose name has a kernel in it", () => {
    const versions = [...JSON.stringify(values).matchAll(/"version":"([^"]+)"/g)].map(([, version]) => version ?? "");
    expect(versions.filter((version) => !/@sha256:[0-9a-f]{64}$/.test(version))).toEqual([nodeDriverBranch]);
    const images: CatalogName[] = [
      "images/gpu-operator",
      "images/k8s-driver-manager",
      "images/container-toolkit",
      "images/k8s-device-plugin",
    ];
    for (const image of images) expect(JSON.stringify(values), image).toContain(digestOf(image));
  });

  it("tolerate the taints of GPU nodes, of tenants' own and of Spot nodes, and no others", () => {
    const { tolerations } = values.daemonsets as { tolerations: { key?: string }[] };
    expect(tolerations.map(({ key }) => key)).toEqual([
      "nvidia.com/gpu",
      "trustfoundry.dev/tenant",
      "kubernetes.azure.com/scalesetpriority",
    ]);
    const worker = nodeValues("node-feature-discovery", set).worker as { tolerations: unknown[] };
    for (const toleration of tolerations) expect(worker.tolerations).toContainEqual(toleration);
  });

  it("never let the DRA stack stand beside ClusterPolicy", () => {
    const { gpuCluster, clusterPolicy } = values;
    if (set === "ra-1.1.0") expect([gpuCluster, clusterPolicy]).toEqual([undefined, undefined]);
    else expect([gpuCluster, clusterPolicy]).toEqual([{ deployCR: false }, { deployCR: true }]);
  });
});

describe("the driver's branch", () => {
  it("is no older than the floor for attestation", () => {
    expect(Number(nodeDriverBranch)).toBeGreaterThanOrEqual(Number(gpuDriver.floor.split(".")[0]));
  });
});
