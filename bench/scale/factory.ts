import type { Sections } from "../../stacks/rehearsal";
import { scaleStorageClass } from "./volumes";

/** How large a factory is. */
export interface FactorySize {
  /** Models, each of one release with one replica of one GPU. */
  readonly workloads: number;
  /** GPU hosts, SIMULATED. */
  readonly hosts: number;
  /**
   * Whether the API server judges each request by the rules. That takes it most of its time, for the engine's requests as
   * for kubectl's: without it, what is measured is the engine. Default: no.
   */
  readonly admission?: boolean;
  /** Whether an update ends when the cluster has its objects, and does not wait until models are ready. Default: no. */
  readonly unawaited?: boolean;
}

const gpusPerHost = 8;
/** More hosts than this nobody's control plane has on one machine. */
const mostHosts = 1000;

/** Hosts enough for so many workloads, with some to spare, and never more than a thousand. */
export function hostsFor(workloads: number): number {
  const hosts = Math.min(mostHosts, Math.max(2, Math.ceil((workloads / gpusPerHost) * 1.25)));
  if (hosts * gpusPerHost < workloads)
    throw new Error(`${workloads} workloads need more than ${mostHosts} hosts of ${gpusPerHost} GPUs`);
  return hosts;
}

/**
 * The description of a large factory, as `Pulumi.rehearsal.yaml` has a small one, without the prefix of settings: one
 * provider that demands scans and bills of materials, and as many models as asked for, no two alike. The same size gives
 * the same description, and a larger one begins with the smaller.
 */
export function largeFactory({ workloads, hosts, admission = false, unawaited = false }: FactorySize): Sections {
  return {
    role: "rehearsal",
    factory: "scale",
    isolationUnit: "pod",
    ...(!admission && { admission: "off" }),
    platform: { set: "ra-1.1.0", charts: { kind: "directory", path: "tooling/rehearsal/charts" } },
    parties: { modelOwner: "acme-models", dataOwner: "clinic-data" },
    providers: [
      {
        name: "northern-metal",
        distribution: "k8s",
        kubernetesVersion: "1.36",
        trustedStorageClass: scaleStorageClass,
        keyBrokerCidrs: ["203.0.113.0/28"],
        registryCidrs: ["198.51.100.0/24"],
        acceptance: {
          registries: ["nvcr.io/nim"],
          requiredAttestations: {
            vulnerabilityScan: { maximumAgeDays: 30, worstSeverity: "high" },
            sbom: { formats: ["spdx", "cyclonedx"] },
          },
        },
        hosts: numbered(hosts, (name) => ({
          name: `genoa-${name}`,
          cpu: "Genoa",
          gpu: { model: "H100", count: gpusPerHost },
          ccMode: "on",
          cpus: 192,
          memoryGib: 1536,
        })),
      },
    ],
    attestation: {
      keyBroker: { dnsName: "kbs.acme-models.example", replicas: 2, clientCidrs: ["198.51.100.0/24"] },
      nvidiaVerifier: "remote",
      referenceValueExpiry: "2028-01-01T00:00:00Z",
      snpTcb: { bootloader: 10, microcode: 84, snp: 25, tee: 0 },
      gpuFirmware: { drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"] },
    },
    models: numbered(workloads, (name, index) => ({
      name: `model-${name}`,
      version: `2026.11.${index % 30}`,
      image: `nvcr.io/nim/acme/model-${name}:1.${index % 10}.0`,
      tee: "snp",
      gpu: { model: "H100", count: 1 },
      cpus: 4 + (index % 5) * 4,
      memoryGib: 32 + (index % 4) * 16,
      keys: [`acme/model-key/model-${name}`],
      providers: ["northern-metal"],
      ...(unawaited && { awaitReadiness: false }),
    })),
  };
}

/** The same factory with its first model in a new version and image. */
export function withChange(factory: Sections): Sections {
  const [first, ...others] = factory.models as Record<string, unknown>[];
  return {
    ...factory,
    models: [{ ...first, version: "2026.12.0", image: "nvcr.io/nim/acme/model-0001:2.0.0" }, ...others],
  };
}

function numbered<T>(count: number, each: (name: string, index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => each(String(index + 1).padStart(4, "0"), index));
}
