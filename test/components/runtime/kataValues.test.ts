import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { emptyLock, resolvePin } from "../../../components/catalogLock";
import type { PlatformSetName } from "../../../components/platform";
import { platformSetNames } from "../../../components/platform";
import type { Distribution, KataSettings } from "../../../components/runtime/kataValues";
import { distributions, distributionWarning, kataValues, shimDropIn } from "../../../components/runtime/kataValues";
import { nvidiaShims } from "../../../components/runtime/runtimeClasses";
import { defaultPullTimeouts } from "../../../components/runtime/timeouts";

const pins = { lock: emptyLock, simulated: true };

function settings(changes: Partial<KataSettings> = {}): KataSettings {
  const platformSet = changes.platformSet ?? "ra-1.1.0";
  return {
    platformSet,
    distribution: "k8s",
    timeouts: defaultPullTimeouts,
    images: {
      kataDeploy: resolvePin("images/kata-deploy", platformSet, pins),
      kubectl: resolvePin("images/kata-kubectl", platformSet, pins),
    },
    ...changes,
  };
}

interface KataValues {
  readonly shims: Readonly<Record<string, { dropIn?: string; containerd: Record<string, unknown> }>>;
  readonly [key: string]: unknown;
}
const valuesOf = (changes: Partial<KataSettings> = {}) => kataValues(settings(changes)) as KataValues;

describe.each(platformSetNames)("kata-deploy's values in platform set %s", (platformSet) => {
  const values = valuesOf({ platformSet });

  it("enable NVIDIA's three shims and no other, without debugging", () => {
    expect(Object.keys(values.shims).sort()).toEqual(["disableAll", ...nvidiaShims].sort());
    expect(values.shims.disableAll).toBe(true);
    expect(values.debug).toBe(false);
    expect(values.devkit ?? false).toBe(false);
    expect(values.runtimeClasses).toMatchObject({ createDefault: false });
  });

  it("pull images inside confidential guests, and on the host for the other class alone", () => {
    expect(values.shims["qemu-nvidia-gpu-snp"]?.containerd.snapshotter).toBe("nydus");
    expect(values.shims["qemu-nvidia-gpu-tdx"]?.containerd.snapshotter).toBe("nydus");
    expect(values.shims["qemu-nvidia-gpu"]?.containerd.snapshotter).toBe("");
  });

  it("bring no NFD of their own, by the key that the chart reads", () => {
    expect(values["node-feature-discovery"]).toEqual({ enabled: false });
    expect(Object.keys(values)).not.toContain("nfd");
  });

  it("go to hosts that pass GPUs through, tainted or not, and to no others", () => {
    expect(values.nodeSelector).toEqual({ "nvidia.com/gpu.workload.config": "vm-passthrough" });
    expect(values.tolerations).toEqual([
      { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" },
      { key: "trustfoundry.dev/tenant", operator: "Exists", effect: "NoSchedule" },
    ]);
  });

  it("are the same each time", () => {
    expect(JSON.stringify(valuesOf({ platformSet }))).toBe(JSON.stringify(values));
  });

  it.each(distributions)(
    "say the distribution %s, which decides where containerd's configuration is",
    (distribution) => {
      expect(valuesOf({ platformSet, distribution }).k8sDistribution).toBe(distribution);
    },
  );
});

describe("the TEE rule of kata-deploy", () => {
  it("is asked for by name on 4.1.0, and is not a key of 4.0.0", () => {
    expect(valuesOf({ platformSet: "newest" }).nodeFeatureRules).toEqual({ create: true });
    expect(Object.keys(valuesOf())).not.toContain("nodeFeatureRules");
  });
});

describe("a shim's drop-in", () => {
  const dropIn = (platformSet: KataSettings["platformSet"], seconds = 1200) => {
    const text = shimDropIn({
      platformSet,
      timeouts: { kubeletSeconds: seconds, shimSeconds: seconds, agentSeconds: 1200 },
    });
    return text === undefined ? undefined : parse(text);
  };

  it("stops 4.0.0 from pinning several sandboxes to the same CPUs", () => {
    expect(dropIn("ra-1.1.0")).toEqual({
      hypervisor: { qemu: { enable_numa: false } },
      runtime: { enable_vcpus_pinning: false },
    });
  });

  it("is not needed on 4.1.0, whose defaults are these", () => {
    expect(dropIn("newest")).toBeUndefined();
  });

  it("lengthens both of the shim's waits together", () => {
    expect(dropIn("newest", 2400)).toEqual({
      runtime: { create_container_timeout: 2400 },
      agent: { kata: { dial_timeout: 2400 } },
    });
    expect(dropIn("ra-1.1.0", 2400)).toMatchObject({
      runtime: { enable_vcpus_pinning: false, create_container_timeout: 2400 },
    });
  });

  it("is given to each shim", () => {
    for (const shim of nvidiaShims) expect(valuesOf().shims[shim]?.dropIn, shim).toBe(shimDropIn(settings()));
  });
});

describe("a distribution whose kubelet lives elsewhere, or whose snapshotter dies", () => {
  it("is warned about, and no other", () => {
    const warned = (set: PlatformSetName) =>
      distributions.filter((distribution: Distribution) => distributionWarning(distribution, set));
    expect(warned("ra-1.1.0")).toEqual(["k3s", "rke2", "k0s"]);
    expect(warned("newest")).toEqual(["k0s"]);
    expect(distributionWarning("rke2", "ra-1.1.0")).toMatch(/^On rke2 the nydus snapshotter is dead after a reboot/);
    expect(distributionWarning("k0s", "newest")).toMatch(/link the latter to the former on every GPU host/);
  });
});
