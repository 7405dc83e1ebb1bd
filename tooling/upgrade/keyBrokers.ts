import { setTimeout as wait } from "node:timers/promises";
import {
  configurations,
  directoryOf,
  keyFiles,
  serviceName,
  stores,
  trusteeServices,
} from "../../components/attestation/trusteeLayout";
import type { TrusteeService } from "../../components/attestation/trusteeLayout";
import { readDecisions } from "../attestation/stores";
import type { Decisions, TrusteeFiles } from "../attestation/stores";
import type { KubeApi, KubeObject } from "../controlplane/api";
import { ApiError } from "../controlplane/api";
import { UserError } from "../ui";

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string };
}

interface PodSpec {
  readonly volumes?: readonly Volume[];
  readonly containers: readonly {
    readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
}

export interface ServicePod extends KubeObject {
  readonly spec: PodSpec;
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Deployment extends KubeObject {
  readonly spec: { readonly replicas?: number; readonly template: { readonly spec: PodSpec } };
}

const part = "app.kubernetes.io/part-of=trustfoundry";
/** How often a replica is looked at whose ConfigMap is gone, and after which time. */
const mostLooks = 5;
const lookAgainMilliseconds = 200;
const places: Readonly<Record<TrusteeService, readonly string[]>> = {
  kbs: [stores.resourcePolicy],
  as: [stores.attestationPolicies, configurations.as.directory],
  rvps: [stores.referenceValues],
};

/** What the key broker's pods decide by: not what Deployments ask for, but what each replica that serves has mounted. */
export class KeyBrokers {
  private readonly contents = new Map<string, Readonly<Record<string, string>>>();

  constructor(private readonly api: Pick<KubeApi, "get" | "list">) {}

  /** Every combination of replicas that an attestation may meet now: a request reaches any of each service. */
  async serving(signal?: AbortSignal): Promise<Decisions[]> {
    for (let looks = 1; ; looks++) {
      const found = await this.combinations(signal);
      if (typeof found !== "string") return found;
      // A pod that goes takes what it had with it. One that stays decides by what nobody can look at.
      if (looks === mostLooks)
        throw new UserError(
          `A replica of the key broker decides by ${found}, which is gone from the cluster.`,
          "Restart the replicas, so that they mount what is declared.",
        );
      await wait(lookAgainMilliseconds, undefined, { signal });
    }
  }

  /** Or the name of a ConfigMap that a replica has mounted and the cluster has no more. */
  private async combinations(signal?: AbortSignal): Promise<Decisions[] | string> {
    const pods = (await this.pods(signal)).filter(isReady);
    const of = async (service: TrusteeService) => {
      const own = pods.filter((pod) => nameOf(pod) === serviceName(service));
      const sets = new Set(
        own.map(({ spec, metadata: { namespace = "" } }) =>
          JSON.stringify([namespace, ...places[service].map((path) => mountedAt(spec, path))]),
        ),
      );
      return Promise.all([...sets].map((set) => this.read(JSON.parse(set) as [string, ...string[]], signal)));
    };
    const all = await Promise.all([of("kbs"), of("as"), of("rvps")]);
    const gone = all.flat().find((each) => typeof each === "string");
    if (gone !== undefined) return gone;
    const [kbs, as, rvps] = all.map((read) => read.filter((each) => typeof each !== "string"));
    return (kbs ?? []).flatMap(([resourcePolicy = {}]) =>
      (as ?? []).flatMap(([attestationPolicies = {}, configuration = {}]) =>
        (rvps ?? []).map(([referenceValues = {}]) =>
          readDecisions({
            resourcePolicy,
            attestationPolicies,
            referenceValues,
            configuration: configuration[configurations.as.file] ?? "{}",
          } satisfies TrusteeFiles),
        ),
      ),
    );
  }

  /** Replicas that are not yet, or no longer, what their Deployment asks for, as sentences. */
  async unsettled(signal?: AbortSignal): Promise<string[]> {
    const [pods, deployments] = await Promise.all([
      this.pods(signal),
      this.api.list<Deployment>("/apis/apps/v1/deployments", part, signal),
    ]);
    return trusteeServices.flatMap((service) => {
      const name = serviceName(service);
      const deployment = deployments.find(({ metadata }) => metadata.name === name);
      if (!deployment) return [`there is no ${name}`];
      const wanted = volumesOf(deployment.spec.template.spec);
      const own = pods.filter((pod) => nameOf(pod) === name);
      const right = own.filter((pod) => volumesOf(pod.spec) === wanted && isReady(pod));
      const { replicas = 1 } = deployment.spec;
      return [
        ...own
          .filter((pod) => volumesOf(pod.spec) !== wanted)
          .map(({ metadata }) => `${metadata.name} still decides by what was mounted before`),
        ...(right.length < replicas
          ? [`${name}: ${right.length} of ${replicas} replicas are ready with what is mounted now`]
          : []),
      ];
    });
  }

  /** Certificates (PEM) that replicas which serve guests show them. Of the Secret with it nothing else is looked at. */
  async certificates(signal?: AbortSignal): Promise<string[]> {
    const pods = (await this.pods(signal)).filter((pod) => nameOf(pod) === serviceName("kbs") && isReady(pod));
    const named = pods.map(
      ({ spec, metadata }) =>
        `${metadata.namespace ?? ""}/secrets/${secretAt(spec, directoryOf(keyFiles.tlsKey)) ?? ""}`,
    );
    const read = [...new Set(named)].map(async (path) => {
      const { data = {} } = await this.api.get<{ data?: Record<string, string> }>(`/api/v1/namespaces/${path}`, signal);
      return Buffer.from(data["tls.crt"] ?? "", "base64").toString();
    });
    return Promise.all(read);
  }

  /** Keys, as the Secret has them, of the resources that every replica of the KBS has a value of. No value is looked at. */
  async heldResources(signal?: AbortSignal): Promise<string[]> {
    const pods = (await this.pods(signal)).filter((pod) => nameOf(pod) === serviceName("kbs") && isReady(pod));
    const held = await Promise.all(
      pods.map(async ({ spec, metadata }) => {
        const secret = secretAt(spec, stores.resources);
        if (secret === undefined) return [];
        const path = `/api/v1/namespaces/${metadata.namespace ?? ""}/secrets/${secret}`;
        const { data = {} } = await this.api.get<{ data?: Record<string, unknown> }>(path, signal);
        return Object.keys(data);
      }),
    );
    const [first = [], ...others] = held;
    return first.filter((path) => others.every((each) => each.includes(path)));
  }

  private async pods(signal?: AbortSignal): Promise<ServicePod[]> {
    const all = await this.api.list<ServicePod>("/api/v1/pods", part, signal);
    return all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** Contents of ConfigMaps, or the name of one that is not there. */
  private async read([namespace, ...names]: readonly [string, ...string[]], signal?: AbortSignal) {
    const read: Readonly<Record<string, string>>[] = [];
    for (const name of names)
      try {
        read.push(await this.content(namespace, name, signal));
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return name;
        throw error;
      }
    return read;
  }

  /** They are immutable and named after what is in them, so each is read once. */
  private async content(namespace: string, name: string, signal?: AbortSignal) {
    // Nothing is mounted there.
    if (name === "") return {};
    const known = this.contents.get(`${namespace}/${name}`);
    if (known) return known;
    const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
    const { data = {} } = await this.api.get<{ data?: Record<string, string> }>(path, signal);
    this.contents.set(`${namespace}/${name}`, data);
    return data;
  }
}

function nameOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.["app.kubernetes.io/name"];
}

function isReady({ status }: ServicePod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;
}

function mountedAt({ containers, volumes = [] }: PodSpec, path: string): string {
  const mount = containers.flatMap(({ volumeMounts = [] }) => volumeMounts).find(({ mountPath }) => mountPath === path);
  return volumes.find(({ name }) => name === mount?.name)?.configMap?.name ?? "";
}

function secretAt({ containers, volumes = [] }: PodSpec, path: string): string | undefined {
  const mount = containers.flatMap(({ volumeMounts = [] }) => volumeMounts).find(({ mountPath }) => mountPath === path);
  return volumes.find(({ name }) => name === mount?.name)?.secret?.secretName;
}

/** What a pod decides by and holds: the API server adds other volumes to pods than their templates have. */
function volumesOf({ volumes = [] }: PodSpec): string {
  return volumes
    .flatMap(({ configMap, secret }) => configMap?.name ?? secret?.secretName ?? [])
    .sort()
    .join();
}
