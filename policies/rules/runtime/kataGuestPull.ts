import { kataDeploy } from "../../examples/cluster";
import { kataReleases, teeShims } from "../../kata";
import { bareMetal, resourceRule } from "../../rule";
import { issue } from "../../sources";

export const kataGuestPull = resourceRule({
  id: "kata-guest-pull",
  title: "Images of confidential pods are unpacked inside the guest",
  pillar: "runtime",
  severity: "critical",
  threat: "Pulled on the host, an image lies there decrypted, and the host can change it before it runs.",
  remediation: 'Write snapshotter.setup: ["nydus"] and containerd.snapshotter: nydus for each confidential shim.',
  source: issue("confidential-containers/confidential-containers", 162),
  platforms: bareMetal,
  claims: ["image-as-released"],
  boundary: {
    by: "agentPolicy",
    how: "the agent policy pins images by digest; an encrypted image's key is released to the guest alone",
  },
  looksAt: kataReleases,
  *check({ values }) {
    const setup = values.at("snapshotter", "setup");
    // Left out, the chart installs nydus.
    if (setup.present && !setup.items().some((item) => item.text === "nydus"))
      yield setup.finding("does not install nydus");
    for (const shim of teeShims(values)) {
      const snapshotter = shim.at("containerd", "snapshotter");
      if (snapshotter.text !== "nydus") yield snapshotter.finding("pulls images on the host");
    }
  },
  compliant: [kataDeploy],
  breakages: [
    { mistake: "no snapshotter", path: "/values/snapshotter/setup", value: [], expect: "values.snapshotter.setup" },
    {
      mistake: "SNP guests get images from the host",
      path: "/values/shims/qemu-nvidia-gpu-snp/containerd/snapshotter",
      value: "",
      expect: "values.shims.qemu-nvidia-gpu-snp.containerd.snapshotter",
    },
    {
      mistake: "TDX guests get images from the host",
      path: "/values/shims/qemu-nvidia-gpu-tdx/containerd",
      remove: true,
      expect: "values.shims.qemu-nvidia-gpu-tdx.containerd.snapshotter",
    },
  ],
});
