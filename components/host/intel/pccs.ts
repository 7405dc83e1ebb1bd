import type { types } from "@pulumi/kubernetes";
import { managedLabels } from "../../cluster/labels";
import { publicInternet } from "../../cluster/publicInternet";
import { allowDns, denyAll } from "../../cluster/tenantRules";
import { canonicalJson } from "../../names";

type PodTemplateSpec = types.input.core.v1.PodTemplateSpec;
type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;

/**
 * When the cache asks Intel: `lazy` once for what it has not, `req` for everything anew at each registration, `offline`
 * never, since an administrator brings it.
 */
export const fillModes = ["lazy", "req", "offline"] as const;
export type FillMode = (typeof fillModes)[number];

/** Intel's cache of certificates and collateral (PCCS), in the provider's cluster. */
export interface PccsSettings {
  /** Intel publishes a Dockerfile and no image: one of your own, by digest. */
  readonly image: string;
  readonly fill: FillMode;
  /** Existing Secret with key `local.json`: ApiKey of Intel's service, and the hashes of both tokens. */
  readonly credentialsSecret: string;
  /** Existing Secret of type kubernetes.io/tls; hosts verify it. */
  readonly tlsSecret: string;
  /** Ranges of the hosts, and of whoever brings collateral. */
  readonly clientCidrs: readonly string[];
  /** Where Intel's service is reached. Default: the public internet, since its addresses change. */
  readonly intelCidrs?: readonly string[] | undefined;
  /** StorageClass that keeps the cache over restarts. Default: it is filled again. */
  readonly storageClass?: string | undefined;
}

export const pccsNamespace = "intel-pccs";
export const pccsName = "pccs";
export const pccsPort = 8081;
/** User and group of Intel's Dockerfile. */
const user = 70636373;

export const pccsLabels = { "app.kubernetes.io/name": pccsName, ...managedLabels("infrastructureProvider") };
const selector = { matchLabels: { "app.kubernetes.io/name": pccsName } };

export function pccsProblems({ fill, storageClass, intelCidrs }: PccsSettings): string[] {
  return [
    ...(fill === "offline" && storageClass === undefined
      ? ["storageClass: is missing, and what was brought would be gone after a restart; name one"]
      : []),
    ...(fill === "offline" && intelCidrs !== undefined
      ? ["intelCidrs: lead to nobody with fill: offline; remove them"]
      : []),
  ];
}

/**
 * Settings over the image's own, by the `config` package's variable; nothing secret. The rest of default.json holds,
 * its `cachingFillMode` and `refreshSchedule` among it.
 *
 * Source: intel/confidential-computing.tee.dcap.pccs, service/config/default.json and container/.
 */
const settingsOf = ({ fill }: PccsSettings) =>
  canonicalJson({ HTTPS_PORT: pccsPort, hosts: "0.0.0.0", CachingFillMode: fill.toUpperCase() });

/** The cache as a pod that can write its database and its logs, and nothing else. */
export function pccsPod(settings: PccsSettings): PodTemplateSpec {
  const service = "/opt/intel/pccs";
  return {
    metadata: { labels: pccsLabels },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: pccsName,
          image: settings.image,
          imagePullPolicy: "IfNotPresent",
          env: [{ name: "NODE_CONFIG", value: settingsOf(settings) }],
          ports: [{ name: "https", containerPort: pccsPort }],
          readinessProbe: { tcpSocket: { port: "https" }, periodSeconds: 10 },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
          volumeMounts: [
            {
              name: "credentials",
              mountPath: `${service}/config/local.json`,
              subPath: "local.json",
              readOnly: true,
            },
            { name: "tls", mountPath: `${service}/ssl_key`, readOnly: true },
            { name: "logs", mountPath: `${service}/logs` },
            { name: "cache", mountPath: "/data" },
          ],
        },
      ],
      volumes: [
        { name: "credentials", secret: { secretName: settings.credentialsSecret, defaultMode: 0o440 } },
        {
          name: "tls",
          secret: {
            secretName: settings.tlsSecret,
            defaultMode: 0o440,
            items: [
              { key: "tls.key", path: "private.pem" },
              { key: "tls.crt", path: "file.crt" },
            ],
          },
        },
        { name: "logs", emptyDir: { sizeLimit: "256Mi" } },
        settings.storageClass === undefined
          ? { name: "cache", emptyDir: { sizeLimit: "1Gi" } }
          : { name: "cache", persistentVolumeClaim: { claimName: pccsName } },
      ],
    },
  };
}

/** Who the cache talks to, by name of the policy: hosts come, and Intel is asked unless collateral is brought. */
export function pccsNetwork(settings: PccsSettings): Record<string, NetworkPolicySpec> {
  const blocks = (cidrs: readonly string[]) => [...cidrs].sort().map((cidr) => ({ ipBlock: { cidr } }));
  const intel = settings.intelCidrs
    ? blocks(settings.intelCidrs)
    : [{ ipBlock: { cidr: publicInternet.cidr, except: [...publicInternet.except] } }];
  return {
    "deny-all": denyAll,
    hosts: {
      podSelector: selector,
      policyTypes: ["Ingress"],
      ingress: [{ from: blocks(settings.clientCidrs), ports: [{ port: pccsPort, protocol: "TCP" }] }],
    },
    ...(settings.fill !== "offline" && {
      "allow-dns": allowDns("kubernetes"),
      intel: {
        podSelector: selector,
        policyTypes: ["Egress"],
        egress: [{ to: intel, ports: [{ port: 443, protocol: "TCP" }] }],
      },
    }),
  };
}
