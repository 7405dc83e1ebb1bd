import { join } from "node:path";
import type { Program } from "./state";

/** Where one control plane keeps its files. The directory belongs to one user alone. */
export class Layout {
  constructor(readonly directory: string) {}

  get clusterPki(): string {
    return join(this.directory, "pki", "cluster");
  }

  /** etcd trusts an authority of its own: else every user of the cluster could read the store directly. */
  get etcdPki(): string {
    return join(this.directory, "pki", "etcd");
  }

  get serviceAccountPki(): string {
    return join(this.directory, "pki", "service-account");
  }

  get etcdData(): string {
    return join(this.directory, "data", "etcd");
  }

  get encryption(): string {
    return join(this.directory, "config", "encryption.json");
  }

  get scheduler(): string {
    return join(this.directory, "config", "scheduler.json");
  }

  get logs(): string {
    return join(this.directory, "logs");
  }

  /** Credentials that one of the control plane's own programs uses. */
  componentKubeconfig(program: Program): string {
    return join(this.directory, "config", `${program}.kubeconfig`);
  }

  /** Credentials that are handed out. */
  kubeconfig(context: string): string {
    return join(this.directory, "credentials", `${context}.kubeconfig`);
  }

  log(program: Program): string {
    return join(this.logs, `${program}.log`);
  }
}

/** The option of each program that names a file of its cluster's directory, and so tells whose process it is. */
export const ownerOption: Readonly<Record<Program, string>> = {
  etcd: "--data-dir=",
  "kube-apiserver": "--client-ca-file=",
  "kube-controller-manager": "--kubeconfig=",
  "kube-scheduler": "--config=",
  kwok: "--kubeconfig=",
};
