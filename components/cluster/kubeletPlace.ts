import type { Distribution } from "../runtime/kataValues";
import { kubeletDropInName } from "./kubeletConfiguration";

/** How the drop-in gets into force on a host. */
export interface KubeletPlace {
  /** Where the file goes. */
  readonly file: string;
  /** What has to be written so that kubelet looks there; absent where it does so by itself. */
  readonly once?: string;
  /** What makes kubelet read it. It ends the host's pods at the worst: drain first. */
  readonly restart: string;
}

const rancher = (name: "k3s" | "rke2", agentUnit: string, serverUnit: string): KubeletPlace => ({
  file: `/var/lib/rancher/${name}/agent/etc/kubelet.conf.d/${kubeletDropInName}`,
  restart: `systemctl restart ${agentUnit} (on a server: ${serverUnit})`,
});

/**
 * The folder of kubelet's drop-ins on the hosts of a distribution; undefined where no source says it.
 *
 * kubeadm gives kubelet none: its package reads KUBELET_EXTRA_ARGS from /etc/default/kubelet (deb) or /etc/sysconfig/kubelet
 * (rpm). K3s and RKE2 start kubelet with a folder of their own, in which 00-k3s-defaults.conf or 00-rke2-defaults.conf
 * is theirs; what stands in `kubelet-arg` goes before all of them.
 *
 * Sources: kubernetes.io "Set Kubelet Parameters Via A Configuration File" (--config-dir, files named *.conf) and "Configuring each
 * kubelet in your cluster using kubeadm"; of K3s and RKE2 what operators write about their hosts (2025, 2026), since the
 * distributions' own pages do not name the folder.
 */
export function kubeletPlace(distribution: Distribution): KubeletPlace | undefined {
  switch (distribution) {
    case "k8s":
      return {
        file: `/etc/kubernetes/kubelet.conf.d/${kubeletDropInName}`,
        once: "KUBELET_EXTRA_ARGS=--config-dir=/etc/kubernetes/kubelet.conf.d in /etc/default/kubelet (rpm: /etc/sysconfig/kubelet)",
        restart: "systemctl restart kubelet",
      };
    case "k3s":
      return rancher("k3s", "k3s-agent", "k3s");
    case "rke2":
      return rancher("rke2", "rke2-agent", "rke2-server");
    default:
      return undefined;
  }
}
