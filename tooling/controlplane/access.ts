import { join } from "node:path";
import { KubeApi } from "./api";
import { serverUrl } from "./commands";
import { Layout } from "./layout";
import { readIssuedPair } from "./pki";
import { StateFile } from "./state";

/**
 * A client with the administrator's credentials of a cluster that an earlier command started; undefined where it never
 * was. Whether the server answers is not asked. Close it when done.
 */
export function openCluster(directory: string, name: string): KubeApi | undefined {
  const layout = new Layout(join(directory, name));
  const { ports } = new StateFile(layout.directory, name).state;
  const ca = readIssuedPair(layout.clusterPki, "ca");
  const admin = readIssuedPair(layout.clusterPki, "admin");
  if (!ports || !ca || !admin) return undefined;
  return new KubeApi({
    server: serverUrl(ports),
    caCertificate: ca.certificate,
    certificate: admin.certificate,
    privateKey: admin.privateKey,
  });
}
