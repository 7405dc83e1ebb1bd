import { kataDeploy } from "../../examples/cluster";
import { isTeeShim, kataReleases, shims } from "../../kata";
import { bareMetal, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

const rust = "-runtime-rs";

export const kataGoShims = resourceRule({
  id: "kata-go-shims",
  title: "Confidential guests are run by the Go shims that the reference architecture was validated with",
  pillar: "runtime",
  severity: "medium",
  threat:
    "Under the Rust shims a TDX guest with a CPU limit takes minutes a core to boot or never does, and its measurement is not the released one.",
  remediation: `Enable qemu-nvidia-gpu-snp and qemu-nvidia-gpu-tdx, and no shim that ends in ${rust}; name one of them in defaultShim.`,
  source: issue(repositories.kata, 13440),
  platforms: bareMetal,
  claims: ["guest-booted-as-released"],
  baseline: "advisory",
  boundary: {
    by: "measurement",
    how: "the shims put devices and parameters differently: no release knows such a guest",
  },
  looksAt: kataReleases,
  *check({ values }) {
    for (const { name, settings } of shims(values))
      if (isTeeShim(name) && name.endsWith(rust)) yield settings.finding("is no shim of the reference architecture");
    const byArchitecture = values.at("defaultShim");
    for (const key of byArchitecture.keys()) {
      const name = byArchitecture.at(key);
      if (name.text?.endsWith(rust)) yield name.finding("is no shim of the reference architecture");
    }
  },
  compliant: [kataDeploy],
  breakages: [
    {
      mistake: "the Rust shim for TDX",
      path: "/values/shims/qemu-nvidia-gpu-tdx-runtime-rs",
      value: { enabled: true, containerd: { snapshotter: "nydus" } },
      expect: "values.shims.qemu-nvidia-gpu-tdx-runtime-rs",
    },
    {
      mistake: "the Rust shim as the default",
      path: "/values/defaultShim/amd64",
      value: "qemu-nvidia-gpu-snp-runtime-rs",
      expect: "values.defaultShim.amd64",
    },
  ],
});
