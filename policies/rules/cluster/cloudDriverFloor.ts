import { gpuDriver } from "../../../components/host/offerings";
import { azureResources } from "../../azure";
import { onboardingScripts } from "../../cloudSources";
import { azureDriverExtension, gpuOperatorWithDriver } from "../../examples/azure";
import { gpuOperatorSettings } from "../../gpuOperator";
import type { Place } from "../../place";
import { resourceRule } from "../../rule";

const extensions = azureResources("compute:VirtualMachineExtension");

export const cloudDriverFloor = resourceRule({
  id: "cloud-driver-floor",
  title: "The GPU driver on a confidential cloud node is none whose GPUs are known to fail attestation",
  pillar: "cluster",
  severity: "medium",
  threat:
    "GPUs under these drivers fail attestation now and then, and somebody takes the GPU's evidence out of the policy to have peace.",
  remediation: `Write driver.version ${gpuDriver.floor} or newer; install signed drivers by the GPU Operator or a prepared image, not by Azure's extension.`,
  source: onboardingScripts,
  platforms: ["azure", "gcp"],
  claims: ["gpu-genuine"],
  boundary: { by: "keyBroker", how: "GPU evidence must be affirming, and names the driver's version" },
  looksAt: {
    kinds: [...gpuOperatorSettings.kinds, ...extensions.kinds],
    *select(resource): Iterable<{ version: Place } | { extension: Place }> {
      for (const { settings } of gpuOperatorSettings.select(resource))
        if (settings.at("driver", "enabled").value !== false) yield { version: settings.at("driver", "version") };
      for (const { body } of extensions.select(resource)) yield { extension: body };
    },
  },
  *check(item) {
    if ("version" in item) {
      const { version } = item;
      if (version.text !== undefined && mayFail(version.text))
        yield version.finding(`is older than ${gpuDriver.floor}, or known to fail`);
    } else {
      const type = item.extension.at("type");
      if (/^NvidiaGpuDriver/i.test(type.text ?? ""))
        yield type.finding("installs an unsigned driver in a version that nobody has named");
    }
  },
  compliant: [gpuOperatorWithDriver, azureDriverExtension],
  breakages: [
    {
      mistake: "a driver that can fail attestation",
      path: "/values/driver/version",
      value: "550.54.15",
      expect: "values.driver.version",
    },
    {
      mistake: "a driver before there was confidential computing in it",
      path: "/values/driver/version",
      value: "535.247.01",
      expect: "values.driver.version",
    },
    {
      mistake: "a driver that is named as failing, with digits left out",
      path: "/values/driver/version",
      value: "550.113",
      expect: "values.driver.version",
    },
    {
      mistake: "Azure's own driver extension",
      resource: 1,
      path: "/type",
      value: "NvidiaGpuDriverLinux",
      expect: "type",
    },
  ],
});

/** `580` and `580-6.8.0-1025-azure-fde` name a branch: it is old only if it is older than the floor's. */
function mayFail(version: string): boolean {
  const wanted = /^[\d.]+/.exec(version)?.[0].replace(/\.$/, "");
  if (wanted === undefined) return false;
  if (gpuDriver.failing.includes(wanted)) return true;
  const [ours, floor] = [wanted, gpuDriver.floor].map((text) => text.split(".").map(Number));
  for (const [index, number] of (ours ?? []).entries()) {
    const other = floor?.[index] ?? 0;
    if (number !== other) return number < other;
  }
  return false;
}
