import { join } from "node:path";
import { apiServiceAddress } from "./commands";
import type { Material } from "./commands";
import { newEncryptionKey, renderEncryption, renderScheduler } from "./configurations";
import { privateDirectory, readIfThere, writePrivate } from "./files";
import { renderKubeconfig } from "./kubeconfig";
import type { Layout } from "./layout";
import { Authority, serviceAccountKeys } from "./pki";
import type { Identity, Issued } from "./pki";
import { loopback } from "./ports";

/** A user of a cluster, known by a client certificate. What it may do is for RBAC to say. */
export interface ClusterUser extends Identity {
  /** Name of the context in its kubeconfig, and of the file. */
  readonly context: string;
}

/** All that a control plane is started with. */
export interface Prepared {
  readonly material: Material;
  readonly admin: Issued;
  readonly users: readonly { readonly user: ClusterUser; readonly issued: Issued }[];
}

/** User that kwok acts as; bound to a role of its own. */
export const kwokUser = "trustfoundry:kwok";

/**
 * Makes what is missing of a cluster's authorities, certificates, keys and configuration files, and keeps what is
 * there: credentials that were handed out stay valid over a restart.
 */
export async function prepareMaterial(layout: Layout, name: string, users: readonly ClusterUser[]): Promise<Prepared> {
  for (const directory of [layout.directory, layout.logs, layout.etcdData]) privateDirectory(directory);
  const cluster = await Authority.open(layout.clusterPki, `${name} cluster CA (SIMULATED)`);
  const etcd = await Authority.open(layout.etcdPki, `${name} etcd CA (SIMULATED)`);
  const localhost = { dnsNames: ["localhost"], addresses: [loopback] };
  const material: Material = {
    clusterCa: cluster.issued,
    etcdCa: etcd.issued,
    apiServer: await cluster.issueServer("kube-apiserver", {
      commonName: "kube-apiserver",
      dnsNames: [
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
      ],
      addresses: [loopback, apiServiceAddress],
    }),
    etcdMember: await etcd.issueServer("member", { commonName: "etcd", ...localhost, alsoClient: true }),
    etcdClient: await etcd.issueClient("kube-apiserver", { commonName: "kube-apiserver" }),
    serviceAccount: await serviceAccountKeys(layout.serviceAccountPki),
    components: {
      "kube-controller-manager": await cluster.issueClient("kube-controller-manager", {
        commonName: "system:kube-controller-manager",
      }),
      "kube-scheduler": await cluster.issueClient("kube-scheduler", { commonName: "system:kube-scheduler" }),
      kwok: await cluster.issueClient("kwok", { commonName: kwokUser }),
    },
  };
  if (!readIfThere(layout.encryption)) writePrivate(layout.encryption, renderEncryption(newEncryptionKey()));
  writePrivate(layout.scheduler, renderScheduler(layout));
  const admin = await cluster.issueClient("admin", { commonName: "admin", organizations: ["system:masters"] });
  const issued = [];
  for (const user of users) issued.push({ user, issued: await cluster.issueClient(join("users", user.context), user) });
  return { material, admin, users: issued };
}

/** Writes every kubeconfig for the address that the API server has now. */
export function writeKubeconfigs(
  layout: Layout,
  name: string,
  { material, admin, users }: Prepared,
  server: string,
): void {
  const render = (context: string, { certificate, privateKey }: Issued) =>
    renderKubeconfig({ context, server, caCertificate: material.clusterCa.certificate, certificate, privateKey });
  for (const program of ["kube-controller-manager", "kube-scheduler", "kwok"] as const)
    writePrivate(layout.componentKubeconfig(program), render(program, material.components[program]));
  writePrivate(layout.kubeconfig(name), render(name, admin));
  for (const { user, issued } of users) writePrivate(layout.kubeconfig(user.context), render(user.context, issued));
}
