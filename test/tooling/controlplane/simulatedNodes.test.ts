import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostProfile } from "../../../components/host/profile";
import {
  gpuNode,
  nodeObject,
  nodeStatus,
  plainNode,
  simulatedAddress,
} from "../../../tooling/controlplane/simulatedNodes";
import {
  simulatedStorageClass,
  storageClassObject,
  volumeObjects,
} from "../../../tooling/controlplane/simulatedVolumes";

const host: HostProfile = {
  name: "genoa-h100-a",
  cpu: "Genoa",
  teeEnabled: true,
  gpu: { model: "H100", count: 8 },
  ccMode: "on",
  cpus: 192,
  memoryGib: 1536,
};

describe("a simulated GPU host", () => {
  it("states the hardware as annotations and nothing that an operator would conclude from it", () => {
    expect(nodeObject(gpuNode(host), "boot-1")).toEqual({
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: "genoa-h100-a",
        labels: {
          "trustfoundry.dev/simulated": "true",
          "kubernetes.io/hostname": "genoa-h100-a",
          "kubernetes.io/arch": "amd64",
          "kubernetes.io/os": "linux",
        },
        annotations: {
          "simulated.trustfoundry.dev/tee": "snp",
          "simulated.trustfoundry.dev/cpu-model": "Genoa",
          "simulated.trustfoundry.dev/gpu-model": "H100",
          "simulated.trustfoundry.dev/gpus": "8",
          "simulated.trustfoundry.dev/nvswitches": "4",
          "simulated.trustfoundry.dev/tee-keys": "509",
          "simulated.trustfoundry.dev/fault": "",
          "simulated.trustfoundry.dev/cpus": "192",
          "simulated.trustfoundry.dev/memory-gib": "1536",
          "simulated.trustfoundry.dev/boot": "boot-1",
        },
      },
    });
  });

  it("offers CPUs, memory and pods at first; GPUs and TEE keys come by device plugins", () => {
    const { status } = nodeStatus(gpuNode(host), "v1.36.3");
    expect(status.capacity).toEqual({ cpu: "192", memory: "1536Gi", pods: "110" });
    expect(status.allocatable).toEqual(status.capacity);
    expect(status.nodeInfo.kubeletVersion).toBe("v1.36.3");
  });

  it.each<[string, Partial<HostProfile>, Record<string, string>]>([
    [
      "TDX with Blackwell",
      { cpu: "Granite Rapids", gpu: { model: "B200", count: 8 } },
      { tee: "tdx", "tee-keys": "31", nvswitches: "0" },
    ],
    ["a TEE that is switched off", { teeEnabled: false, ccMode: "off" }, { tee: "none", "tee-keys": "0", gpus: "8" }],
    ["a host whose CC mode fails", { simulatedFault: "ccModeFailed" }, { fault: "cc-mode-failed", tee: "snp" }],
  ])("%s is told apart", (_title, change, expected) => {
    expect(gpuNode({ ...host, ...change }).hardware).toMatchObject(expected);
  });

  it("has every annotation that a GPU host has, where it is a plain node", () => {
    expect(Object.keys(plainNode("a", 4, 8).hardware).sort()).toEqual(Object.keys(gpuNode(host).hardware).sort());
    expect(plainNode("a", 4, 8).hardware).toMatchObject({ gpus: "0", tee: "none" });
  });

  it("has an address in the range that is set aside for tests", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const [a, b, c, d] = simulatedAddress(name).split(".").map(Number);
        expect([a, b === 18 || b === 19]).toEqual([198, true]);
        for (const part of [c, d]) expect(part !== undefined && part >= 0 && part <= 255).toBe(true);
      }),
    );
  });
});

describe("simulated volumes", () => {
  it("are block devices that only their node has, of the class that waits for the pod", () => {
    const volumes = volumeObjects(gpuNode(host));
    expect(volumes).toHaveLength(8);
    for (const { spec } of volumes) {
      expect(spec).toMatchObject({
        volumeMode: "Block",
        storageClassName: simulatedStorageClass,
        persistentVolumeReclaimPolicy: "Retain",
      });
      expect(spec.nodeAffinity.required.nodeSelectorTerms[0]?.matchExpressions[0]?.values).toEqual(["genoa-h100-a"]);
    }
    expect(storageClassObject()).toMatchObject({
      provisioner: "kubernetes.io/no-provisioner",
      volumeBindingMode: "WaitForFirstConsumer",
    });
  });
});
