import { describe, expect, it } from "vitest";
import { platformSetNames } from "../../../components/platform";
import { componentValues, nodeValues, standIn } from "../../support/chartValues";
import { sampleHost } from "../../support/hosts";
import type { Rendered } from "./helm";
import { ofKind, template } from "./helm";

const hopperBoard = [sampleHost({ ccMode: "ppcie" })];
const names = (objects: readonly Rendered[], kind: string) =>
  ofKind(objects, kind).map(({ metadata }) => metadata.name);

describe.each(platformSetNames)("the GPU Operator's stand-in in platform set %s", (set) => {
  const chart = standIn("gpu-operator", set);
  const values = componentValues("gpu-operator", set);

  it("makes the one ClusterPolicy, as the components asked for it", async () => {
    const [policy, ...others] = ofKind(await template(chart, values), "ClusterPolicy");
    expect(others).toEqual([]);
    expect(policy).toMatchObject({
      apiVersion: "nvidia.com/v1",
      metadata: { name: "cluster-policy" },
      spec: {
        sandboxWorkloads: { enabled: true, defaultWorkload: "vm-passthrough", mode: "kata" },
        ccManager: { enabled: true, defaultMode: "on" },
        vfioManager: { enabled: true },
        kataSandboxDevicePlugin: { enabled: true },
      },
    });
  });

  it("runs on a confidential host what NVIDIA says runs there, and nothing else", async () => {
    expect(names(await template(chart, values), "DaemonSet").sort()).toEqual([
      "nvidia-cc-manager",
      "nvidia-kata-sandbox-device-plugin-daemonset",
      "nvidia-sandbox-validator",
      "nvidia-vfio-manager",
    ]);
  });

  it("names every image by digest", async () => {
    const text = JSON.stringify(
      (await template(chart, values)).filter(({ kind }) => /DaemonSet|Deployment/.test(kind)),
    );
    const images = [...text.matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image);
    expect(images.length).toBeGreaterThanOrEqual(5);
    for (const image of images) expect(image).toMatch(/^nvcr\.io\/nvidia\/[^:@]+:v[\d.]+@sha256:[0-9a-f]{64}$/);
  });

  it("advertises NVSwitches only when they are bound", async () => {
    expect(names(await template(chart, values), "Stage")).not.toContain("simulated-nvswitch-advertised");
    const bound = componentValues("gpu-operator", set, { hosts: hopperBoard });
    expect(names(await template(chart, bound), "Stage")).toContain("simulated-nvswitch-advertised");
  });

  it("acts out an ordinary driver and device plugin on nodes that are TEEs themselves, each by digest but the driver", async () => {
    const objects = await template(chart, nodeValues("gpu-operator", set));
    expect(names(objects, "DaemonSet").sort()).toEqual([
      "gpu-feature-discovery",
      "nvidia-container-toolkit-daemonset",
      "nvidia-device-plugin-daemonset",
      "nvidia-driver-daemonset",
      "nvidia-operator-validator",
    ]);
    const stages = names(objects, "Stage");
    expect(stages).toContain("simulated-gpu-advertised");
    expect(stages.filter((name) => /cc-manager|pgpu|nvswitch/.test(name))).toEqual([]);
    const images = [...JSON.stringify(ofKind(objects, "DaemonSet")).matchAll(/"image":"([^"]+)"/g)].map(
      ([, image]) => image,
    );
    expect(images.filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image ?? ""))).toEqual([
      "nvcr.io/nvidia/driver:580-simulated",
    ]);
  });

  it("acts out neither CC manager nor device plugin outside Kata mode", async () => {
    const kubevirt = { ...values, sandboxWorkloads: { enabled: true, mode: "kubevirt", defaultWorkload: "container" } };
    const stages = names(await template(chart, kubevirt), "Stage");
    expect(stages.filter((name) => /cc-manager|pgpu/.test(name))).toEqual([]);
  });

  it("brings NVIDIA's rule for NFD, which says nothing of TEEs", async () => {
    const [rule, ...others] = ofKind(await template(chart, values), "NodeFeatureRule");
    expect(others).toEqual([]);
    expect(rule?.metadata.name).toBe("nvidia-kernel-modules");
    expect(JSON.stringify(rule)).not.toMatch(/snp|tdx|cc\.capable/);
  });

  it.each([
    ["a second NFD", { nfd: { enabled: true } }, /nfd\.enabled would install a second NFD/],
    [
      "the obsolete Kata manager",
      { kataManager: { enabled: true } },
      /additional properties 'kataManager' not allowed/,
    ],
    ["ppcie as the default", { ccManager: { defaultMode: "ppcie" } }, /defaultMode/],
    [
      "a workload that the operator does not know",
      { sandboxWorkloads: { defaultWorkload: "kata" } },
      /defaultWorkload/,
    ],
  ])("refuses %s", async (_, changes, reason) => {
    await expect(template(chart, { ...values, ...changes })).rejects.toThrow(reason);
  });
});

describe("since v26.7.0", () => {
  it("a factory without ClusterPolicy, or with the DRA stack beside it, cannot come from our values", async () => {
    const values = componentValues("gpu-operator", "newest");
    const chart = standIn("gpu-operator", "newest");
    expect(names(await template(chart, { ...values, clusterPolicy: { deployCR: false } }), "ClusterPolicy")).toEqual(
      [],
    );
    await expect(template(chart, { ...values, gpuCluster: { deployCR: true } })).rejects.toThrow(/gpuCluster/);
    const older = standIn("gpu-operator", "ra-1.1.0");
    await expect(template(older, values)).rejects.toThrow(/additional properties .*'clusterPolicy'.* not allowed/);
  });
});
