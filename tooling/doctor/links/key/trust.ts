import { parse } from "smol-toml";
import { configurations, serviceName, trusteeServices } from "../../../../components/attestation/trusteeLayout";
import type { TrusteeService } from "../../../../components/attestation/trusteeLayout";
import { releaseId } from "../../../../components/attestation/admittedRelease";
import type { Release } from "../../../../components/workload/release";
import { see, Unseen } from "../../seen";
import type { PolicyBlock, Snapshot, TrustSnapshot } from "../../snapshot";
import type { KeySubject } from "../../outcome";

/** What is mounted at a place of a service: the ConfigMap's content, or undefined where it is a Secret, or nothing. */
export function mountedFiles(
  trust: TrustSnapshot,
  service: TrusteeService,
  path: string,
): Readonly<Record<string, string>> | undefined {
  const deployment = see(trust.deployments).find(({ metadata }) => metadata.name === serviceName(service));
  const { containers = [], volumes = [] } = deployment?.spec.template.spec ?? {};
  const mount = containers.flatMap(({ volumeMounts = [] }) => volumeMounts).find(({ mountPath }) => mountPath === path);
  const name = volumes.find((volume) => volume.name === mount?.name)?.configMap?.name;
  return name === undefined ? undefined : see(trust.configMaps).find(({ metadata }) => metadata.name === name)?.data;
}

/** The services that there have to be: the KBS alone where Intel Trust Authority judges evidence. */
export function servicesOf(trust: TrustSnapshot): readonly TrusteeService[] {
  const { directory, file } = configurations.kbs;
  const text = mountedFiles(trust, "kbs", directory)?.[file];
  if (text === undefined) return trusteeServices;
  try {
    const { attestation_service: service } = parse(text) as { attestation_service?: { type?: string } };
    return service?.type === "intel_ta" ? ["kbs"] : trusteeServices;
  } catch {
    return trusteeServices;
  }
}

export function releaseFile({ releases }: Snapshot, { release }: KeySubject): Release | undefined {
  return releases.find((each) => releaseId(each) === release);
}

/** The release's block in the live policy, for links that stand behind `release-known`. */
export function blockOf(trust: TrustSnapshot, { release }: KeySubject): PolicyBlock {
  const block = see(trust.blocks)[release];
  if (!block) throw new Unseen(`the resource policy has no block ${release}`);
  return block;
}
