import { describe, expect, it } from "vitest";
import { kubeletDropInName } from "../../../components/cluster/kubeletConfiguration";
import { kubeletPlace } from "../../../components/cluster/kubeletPlace";
import { distributions } from "../../../components/runtime/kataValues";

describe("where kubelet's drop-in goes", () => {
  it("is known of kubeadm, K3s and RKE2, and guessed of no other", () => {
    expect(distributions.filter(kubeletPlace)).toEqual(["k8s", "k3s", "rke2"]);
  });

  it("is a folder that kubelet looks into: told once, or by itself", () => {
    const { file, once } = kubeletPlace("k8s")!;
    expect(once).toContain(`--config-dir=${file.slice(0, -kubeletDropInName.length - 1)} `);
    for (const distribution of ["k3s", "rke2"] as const) {
      const place = kubeletPlace(distribution)!;
      expect(place.file).toBe(`/var/lib/rancher/${distribution}/agent/etc/kubelet.conf.d/${kubeletDropInName}`);
      expect(place).not.toHaveProperty("once");
      expect(place.restart).toContain(`${distribution}-agent`);
    }
  });
});
