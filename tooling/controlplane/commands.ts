import { shortHash } from "../../components/names";
import type { Layout } from "./layout";
import { loopback } from "./ports";
import type { Ports } from "./ports";
import type { Issued } from "./pki";
import type { Program } from "./state";

/** Addresses of services; the first one is the API server's own. */
export const serviceCidr = "10.96.0.0/16";
export const apiServiceAddress = "10.96.0.1";
export const serviceAccountIssuer = "https://kubernetes.default.svc.cluster.local";
/** Addresses of simulated pods. */
const podCidr = "10.244.0.0/16";
/** Only nodes that say so are acted out by kwok. */
export const simulatedLabel = "trustfoundry.dev/simulated";

/** Certificates and keys that the programs are started with. */
export interface Material {
  readonly clusterCa: Issued;
  readonly etcdCa: Issued;
  readonly apiServer: Issued;
  readonly etcdMember: Issued;
  readonly etcdClient: Issued;
  readonly serviceAccount: { readonly publicFile: string; readonly privateFile: string };
  /** Client certificates of the programs that talk to the API server. */
  readonly components: Readonly<Record<Exclude<Program, "etcd" | "kube-apiserver">, Issued>>;
}

/** What a cluster's controllers do beyond the usual. */
export interface ControllerOptions {
  /**
   * Whether they check the types in admission policies' expressions and write warnings into their status. Default no:
   * nothing enforces by it, and with all rules in force it takes a core ten seconds.
   */
  readonly policyTypeChecks?: boolean;
}

const typeCheckController = "validatingadmissionpolicy-status-controller";

export interface Command {
  readonly program: Program;
  readonly executable: string;
  readonly args: readonly string[];
  /** Changes when anything does that the process has read at its start. */
  readonly digest: string;
}

/** Where clients find the API server. */
export function serverUrl(ports: Ports): string {
  return `https://${loopback}:${ports.api}`;
}

/** The command lines of one control plane: loopback only, TLS with client certificates only, no token, no plain port. */
export function commands(
  layout: Layout,
  material: Material,
  ports: Ports,
  bin: (tool: string) => string,
  { policyTypeChecks = false }: ControllerOptions = {},
): Readonly<Record<Program, Command>> {
  const { clusterCa, etcdCa, etcdMember, apiServer, components } = material;
  const command = (program: Program, args: readonly string[], read: readonly string[]): Command => {
    const executable = bin(program);
    return { program, executable, args, digest: shortHash(JSON.stringify([executable, args, read])) };
  };
  const client = (program: keyof Material["components"], args: readonly string[]) =>
    command(program, args, [serverUrl(ports), clusterCa.certificate, components[program].certificate]);
  return {
    etcd: command("etcd", etcdArgs(layout, material, ports), [etcdCa.certificate, etcdMember.certificate]),
    "kube-apiserver": command("kube-apiserver", apiServerArgs(layout, material, ports), [
      clusterCa.certificate,
      apiServer.certificate,
      material.etcdClient.certificate,
    ]),
    "kube-controller-manager": client(
      "kube-controller-manager",
      controllerManagerArgs(layout, material, policyTypeChecks),
    ),
    "kube-scheduler": client("kube-scheduler", [`--config=${layout.scheduler}`, "--secure-port=0"]),
    kwok: client("kwok", kwokArgs(layout)),
  };
}

function etcdArgs(layout: Layout, { etcdCa, etcdMember }: Material, ports: Ports): string[] {
  const clientUrl = `https://${loopback}:${ports.etcdClient}`;
  const peerUrl = `https://${loopback}:${ports.etcdPeer}`;
  return [
    `--data-dir=${layout.etcdData}`,
    "--name=member",
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=member=${peerUrl}`,
    "--client-cert-auth",
    `--trusted-ca-file=${etcdCa.certificateFile}`,
    `--cert-file=${etcdMember.certificateFile}`,
    `--key-file=${etcdMember.keyFile}`,
    "--peer-client-cert-auth",
    `--peer-trusted-ca-file=${etcdCa.certificateFile}`,
    `--peer-cert-file=${etcdMember.certificateFile}`,
    `--peer-key-file=${etcdMember.keyFile}`,
    "--tls-min-version=TLS1.3",
    // A rehearsal survives the kill of a process; it need not survive a power cut.
    "--unsafe-no-fsync",
    // One member elects itself: no need to wait a second for others.
    "--heartbeat-interval=20",
    "--election-timeout=200",
    "--log-level=warn",
  ];
}

function apiServerArgs(layout: Layout, material: Material, ports: Ports): string[] {
  const { clusterCa, etcdCa, apiServer, etcdClient, serviceAccount } = material;
  return [
    `--client-ca-file=${clusterCa.certificateFile}`,
    `--bind-address=${loopback}`,
    `--advertise-address=${loopback}`,
    `--secure-port=${ports.api}`,
    `--tls-cert-file=${apiServer.certificateFile}`,
    `--tls-private-key-file=${apiServer.keyFile}`,
    "--tls-min-version=VersionTLS13",
    "--anonymous-auth=false",
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    `--encryption-provider-config=${layout.encryption}`,
    `--etcd-servers=https://${loopback}:${ports.etcdClient}`,
    `--etcd-cafile=${etcdCa.certificateFile}`,
    `--etcd-certfile=${etcdClient.certificateFile}`,
    `--etcd-keyfile=${etcdClient.keyFile}`,
    `--service-account-issuer=${serviceAccountIssuer}`,
    `--service-account-key-file=${serviceAccount.publicFile}`,
    `--service-account-signing-key-file=${serviceAccount.privateFile}`,
    `--service-cluster-ip-range=${serviceCidr}`,
    // Loopback may not be an endpoint, and no pod here dials the API server.
    "--endpoint-reconciler-type=none",
    "--profiling=false",
  ];
}

function controllerManagerArgs(
  layout: Layout,
  { clusterCa, serviceAccount }: Material,
  policyTypeChecks: boolean,
): string[] {
  // Autoscaling asks a metrics server that is not here.
  const left = ["horizontal-pod-autoscaler-controller", ...(policyTypeChecks ? [] : [typeCheckController])];
  return [
    `--kubeconfig=${layout.componentKubeconfig("kube-controller-manager")}`,
    "--secure-port=0",
    "--leader-elect=false",
    // Each controller has the rights of its own role, as in a real cluster.
    "--use-service-account-credentials=true",
    `--service-account-private-key-file=${serviceAccount.privateFile}`,
    `--root-ca-file=${clusterCa.certificateFile}`,
    `--cluster-signing-cert-file=${clusterCa.certificateFile}`,
    `--cluster-signing-key-file=${clusterCa.keyFile}`,
    `--controllers=*,${left.map((name) => `-${name}`).join()}`,
    // Of a thousand simulated nodes each reports once in about a minute.
    "--node-monitor-grace-period=4m",
    "--kube-api-qps=200",
    "--kube-api-burst=400",
    "--profiling=false",
  ];
}

function kwokArgs(layout: Layout): string[] {
  return [
    `--kubeconfig=${layout.componentKubeconfig("kwok")}`,
    "--enable-crds=Stage",
    `--manage-nodes-with-label-selector=${simulatedLabel}=true`,
    // Without leases a new kwok need not wait for the old one's to expire; nodes report by their status.
    "--node-lease-duration-seconds=0",
    `--cidr=${podCidr}`,
    "--v=WARN",
  ];
}
