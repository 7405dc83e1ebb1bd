import { kataDeploy } from "../../examples/cluster";
import { chartVersion, dropIn, kataReleases, shims } from "../../kata";
import { bareMetal, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

const affected = "4.0.0";
const dropInPath = (shim: string) => `values.shims.${shim}.dropIn`;

export const kataNumaOff = resourceRule({
  id: "kata-numa-off",
  title: `Kata ${affected} does not pin guests to CPUs`,
  pillar: "runtime",
  severity: "medium",
  threat: `Kata ${affected} pins several guests to the same CPUs of a host while others idle, and each takes time and caches from the other.`,
  remediation: `Write hypervisor.qemu.enable_numa = false in each NVIDIA shim's dropIn, or install Kata 4.1.0.`,
  source: issue(repositories.kata, 13539),
  platforms: bareMetal,
  claims: ["host-prepared"],
  baseline: "advisory",
  boundary: { by: "nothing", how: "how much of a CPU a guest gets is the provider's to decide" },
  looksAt: kataReleases,
  *check(release) {
    if (chartVersion(release)?.version !== affected) return;
    // The defect is the Go shims'.
    const own = shims(release.values).filter(({ name }) => /^qemu-nvidia-gpu(-snp|-tdx)?$/.test(name));
    for (const shim of own) {
      const numa = dropIn(shim)?.toml?.at("hypervisor", "qemu", "enable_numa");
      if (numa === undefined) yield shim.settings.at("dropIn").finding("leaves NUMA and its pinning on");
      else if (numa.value !== false) yield numa.finding("leaves NUMA and its pinning on");
    }
  },
  compliant: [kataDeploy],
  breakages: [
    {
      mistake: "the shim's own NUMA settings",
      path: "/values/shims/qemu-nvidia-gpu-snp/dropIn",
      remove: true,
      expect: dropInPath("qemu-nvidia-gpu-snp"),
    },
    {
      mistake: "NUMA switched on",
      path: "/values/shims/qemu-nvidia-gpu-tdx/dropIn",
      replace: ["enable_numa = false", "enable_numa = true"],
      expect: `${dropInPath("qemu-nvidia-gpu-tdx")}#hypervisor.qemu.enable_numa`,
    },
  ],
});
