import { serviceName, stores } from "../../../components/attestation/trusteeLayout";
import { mountedFiles } from "../links/key/trust";
import type {
  ConfigMapObject,
  EndpointSliceObject,
  NetworkPolicyObject,
  PodObject,
  ServiceObject,
  WorkloadObject,
} from "../objects";
import type { Seen } from "../seen";
import { seen, Unseen, unseen } from "../seen";
import type { ShownCertificate, TrustSnapshot } from "../snapshot";
import type { LivePolicies } from "./policies";
import type { ClusterReader } from "./reader";

const ours = "app.kubernetes.io/part-of=trustfoundry";

export interface ReadTrust {
  readonly snapshot: TrustSnapshot;
  /** What attestation service and key broker decide by, where it could be seen. */
  readonly policies: Seen<LivePolicies>;
}

/** Reads the key broker's part of the model owner's cluster: names of Secrets' keys, and no value of any. */
export async function readTrust(
  reader: ClusterReader,
  open: (files: LivePolicies["files"]) => Promise<LivePolicies>,
  certificate: Seen<ShownCertificate>,
): Promise<ReadTrust> {
  const deployments = await reader.list<WorkloadObject>("/apis/apps/v1/deployments", ours);
  const namespace = namespaceOf(deployments);
  const inNamespace = async <T>(list: (name: string) => Promise<Seen<readonly T[]>>): Promise<Seen<readonly T[]>> => {
    if (typeof namespace !== "string") return namespace;
    return list(namespace);
  };
  const core = (name: string) => `/api/v1/namespaces/${name}`;
  const [pods, services, endpointSlices, networkPolicies, configMaps, secrets] = await Promise.all([
    inNamespace((name) => reader.list<PodObject>(`${core(name)}/pods`, ours)),
    inNamespace((name) => reader.list<ServiceObject>(`${core(name)}/services`)),
    inNamespace((name) =>
      reader.list<EndpointSliceObject>(`/apis/discovery.k8s.io/v1/namespaces/${name}/endpointslices`),
    ),
    inNamespace((name) =>
      reader.list<NetworkPolicyObject>(`/apis/networking.k8s.io/v1/namespaces/${name}/networkpolicies`),
    ),
    inNamespace((name) => reader.list<ConfigMapObject>(`${core(name)}/configmaps`)),
    inNamespace((name) => reader.secrets(name)),
  ]);
  const seenSoFar = { deployments, pods, services, endpointSlices, networkPolicies, configMaps, secrets, certificate };
  const partial = { ...seenSoFar, blocks: unseen(""), referenceValues: unseen("") };
  const policies = await livePolicies(partial, open);
  const snapshot = {
    ...seenSoFar,
    blocks: "value" in policies ? policies.value.blocks : policies,
    referenceValues: referenceValuesOf(partial),
  };
  return { snapshot, policies };
}

function namespaceOf(deployments: Seen<readonly WorkloadObject[]>): string | { readonly unseen: string } {
  if ("unseen" in deployments) return deployments;
  const found = deployments.value.find(({ metadata }) => metadata.name === serviceName("kbs")) ?? deployments.value[0];
  return found?.metadata.namespace ?? { unseen: "there is no key broker whose namespace could be looked into" };
}

async function livePolicies(
  trust: TrustSnapshot,
  open: (files: LivePolicies["files"]) => Promise<LivePolicies>,
): Promise<Seen<LivePolicies>> {
  try {
    const resourcePolicy = mountedFiles(trust, "kbs", stores.resourcePolicy)?.["resource-policy.rego"];
    if (resourcePolicy === undefined) return unseen("the key broker mounts no resource policy that could be read");
    const attestationPolicies = mountedFiles(trust, "as", stores.attestationPolicies) ?? {};
    return seen(await open({ resourcePolicy, attestationPolicies, referenceValues: valuesOf(trust) }));
  } catch (error) {
    if (error instanceof Unseen) return unseen(error.why);
    throw error;
  }
}

function referenceValuesOf(trust: TrustSnapshot): Seen<Readonly<Record<string, unknown>>> {
  try {
    return seen(valuesOf(trust));
  } catch (error) {
    if (error instanceof Unseen) return unseen(error.why);
    throw error;
  }
}

/** As the provider keeps them: one record a name (components/attestation/referenceValues.ts). */
function valuesOf(trust: TrustSnapshot): Record<string, unknown> {
  const records = mountedFiles(trust, "rvps", stores.referenceValues);
  if (records === undefined) throw new Unseen("the reference value provider mounts no values that could be read");
  return Object.fromEntries(
    Object.entries(records).map(([name, text]) => {
      try {
        return [name, (JSON.parse(text) as { value?: unknown }).value];
      } catch {
        throw new Unseen(`the reference value ${name} is no JSON`);
      }
    }),
  );
}
