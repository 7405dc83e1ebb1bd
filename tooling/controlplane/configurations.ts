import { randomBytes } from "node:crypto";
import type { Layout } from "./layout";

/** Secrets are encrypted before they reach etcd; nothing is ever written by the identity provider. */
export function renderEncryption(key: Uint8Array): string {
  return json({
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "EncryptionConfiguration",
    resources: [
      {
        resources: ["secrets"],
        providers: [{ secretbox: { keys: [{ name: "rehearsal", secret: Buffer.from(key).toString("base64") }] } }],
      },
    ],
  });
}

export function newEncryptionKey(): Uint8Array {
  return randomBytes(32);
}

export function renderScheduler(layout: Layout): string {
  return json({
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    clientConnection: { kubeconfig: layout.componentKubeconfig("kube-scheduler"), qps: 200, burst: 400 },
    leaderElection: { leaderElect: false },
    // A pod that a node's new label makes schedulable shall not wait long for its next try.
    podInitialBackoffSeconds: 1,
    podMaxBackoffSeconds: 2,
    enableProfiling: false,
  });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
