import type { CatalogName, CatalogPart } from "../../components/catalog";
import type { CatalogLock } from "../../components/catalogLock";
import type { CpuTee } from "../../components/host/hardware";
import { cpuModels } from "../../components/host/hardware";
import { isConfidential } from "../../components/host/profile";
import type { PlatformSetName } from "../../components/platform";
import type { Factory, InfrastructureConfig, TrustConfig } from "../../stacks/config/factory";
import type { Model } from "../../stacks/config/models";
import type { Provider } from "../../stacks/config/providers";
import { providerNamed } from "../../stacks/config/providers";
import { providerOperators } from "../../stacks/openshift/operators";
import { unique } from "../review/text";
import type { Attested } from "./collateral";
import { partnerChart } from "./partnerCharts";
import { namedImage, placedOf } from "./placed";
import type { LockedChart, LockedFirmware, LockedImage, LockParty, Unresolved } from "./schema";
import { liveServices } from "./services";

/** One party's part of a site. */
export interface SitePart {
  readonly party: LockParty;
  readonly charts: readonly LockedChart[];
  readonly images: readonly LockedImage[];
  readonly firmware: readonly LockedFirmware[];
  /** What it judges evidence of, if it does. */
  readonly attested?: Attested;
  readonly unresolved: readonly Omit<Unresolved, "accepted">[];
}

type TrustPart = Pick<TrustConfig, "platform" | "models"> & {
  readonly attestation: Omit<TrustConfig["attestation"], "keyBroker">;
};

const noAttested = ({ tees, gpus }: Attested) => tees.length + gpus.length === 0;

/** The model owner's: its key broker, and the images that it brings to where guests pull them. */
export function trustPart({ platform, models, attestation }: TrustPart, lock: CatalogLock): SitePart {
  const attested = attestedOf(models, attestation.gpuFirmware?.drivers ?? []);
  const placed = placedOf({
    ...{ party: "modelOwner", parts: ["hosts"], platformSet: platform.set, lock },
    without: unplaced(attestation),
  });
  const own = models.map(({ image, signatureKey }) =>
    namedImage(image, lock, {
      ...{ party: "modelOwner", pulledBy: "guest" },
      ...(signatureKey !== undefined && { signedBy: signatureKey }),
    }),
  );
  const { operator, policyManager } = attestation;
  const partner = policyManager && partnerChart(policyManager.chart, "Anjuna's policy manager", "modelOwner");
  return {
    party: "modelOwner",
    charts: [...placed.charts, ...(partner?.chart ? [partner.chart] : [])],
    images: [...placed.images, ...own.filter((each) => "repository" in each)],
    firmware: firmwareOf(attestation),
    ...(!noAttested(attested) && { attested }),
    unresolved: [
      ...placed.unresolved,
      ...own.filter((each) => "reason" in each),
      ...(partner?.unresolved ?? []),
      ...liveServices(attestation, attested.tees),
      ...(operator ? [operatorEntry("trustee-operator", operator.csv, "modelOwner")] : []),
    ],
  };
}

/** Which of Trustee's images a key broker of this kind does not run. */
function unplaced({ service, operator }: TrustPart["attestation"]): CatalogName[] {
  const byCoco = ["images/trustee-kbs-grpc-as", "images/trustee-coco-as-grpc", "images/trustee-rvps"] as const;
  // An operator brings its own images.
  if (operator) return [...byCoco, "images/trustee-kbs", "images/trustee-kbs-ita-as"];
  return service.kind === "intelTrustAuthority"
    ? ["images/trustee-kbs", ...byCoco]
    : ["images/trustee-kbs", "images/trustee-kbs-ita-as"];
}

/** A provider's: what makes its hosts ready. */
export function providerPart(provider: Provider, platformSet: PlatformSetName, lock: CatalogLock): SitePart {
  const { distribution, openshift, anjuna, fortanix, hosts } = provider;
  const onOpenshift = distribution === "openshift" && openshift;
  const placed = placedOf({ party: "infrastructureProvider", parts: partsOf(provider), platformSet, lock });
  const nodeAgent = fortanix?.nodeAgent;
  const partners = [
    ...(anjuna ? [partnerChart(anjuna.chart, "Anjuna's runtime", "infrastructureProvider")] : []),
    ...(nodeAgent?.kind === "chart"
      ? [partnerChart(nodeAgent.chart, "Fortanix's node agent", "infrastructureProvider")]
      : []),
  ];
  const agent = nodeAgent?.kind === "daemonSet" ? nodeAgent.image : undefined;
  const own =
    agent === undefined ? [] : [namedImage(agent, lock, { party: "infrastructureProvider", pulledBy: "cluster" })];
  const plain = distribution === "openshift" ? [] : hosts.filter((host) => !isConfidential(host));
  const machines = unique(hosts.flatMap(({ firmware }) => (firmware ? [firmware.vendor] : [])));
  return {
    party: "infrastructureProvider",
    charts: [...placed.charts, ...partners.flatMap(({ chart }) => chart ?? [])],
    images: [...placed.images, ...own.filter((each) => "repository" in each)],
    firmware: [],
    unresolved: [
      ...placed.unresolved,
      ...own.filter((each) => "reason" in each),
      ...partners.flatMap(({ unresolved }) => unresolved),
      ...(plain.length > 0
        ? [
            {
              name: "images of the GPU Operator for ordinary containers",
              reason: `${plain.map(({ name }) => name).join(", ")} serve ordinary containers, for which the GPU Operator's chart names driver, toolkit, device plugin and monitoring by tags of its own; list them with \`helm template\`, and mirror them by digest`,
            },
          ]
        : []),
      ...machines.map((vendor) => ({
        name: `firmware/${vendor}`,
        reason: `BIOS, BMC and GPU firmware of ${vendor}'s hosts come from the vendor by contract; bring what its support names`,
      })),
      ...(onOpenshift
        ? Object.values(providerOperators(openshift)).map(({ package: name, csv }) =>
            operatorEntry(name, csv, "infrastructureProvider"),
          )
        : []),
      ...((provider.azure ?? provider.gcp)
        ? [
            {
              name: `cloud/${provider.name}`,
              reason: `${provider.name} is made by a cloud's own service, which has to be reached; there is no site without a network to make`,
            },
          ]
        : []),
    ],
  };
}

/** The parts of the catalog that a provider's stacks place, as they decide it themselves. */
function partsOf({ hosts, distribution, azure, gcp, peerPods, intel }: Provider): CatalogPart[] {
  const nodes = Boolean(azure?.nodePools.length);
  return [
    ...(hosts.length > 0 && distribution !== "openshift" ? ["hosts" as const] : []),
    ...(nodes ? ["nodes" as const] : []),
    ...((azure ?? gcp) && peerPods ? ["peerPods" as const] : []),
    ...(intel?.quotes.kind === "dcapOperator" && distribution !== "openshift" ? ["tdxQuotes" as const] : []),
  ];
}

export const infrastructurePart = ({ provider, providers, platform }: InfrastructureConfig, lock: CatalogLock) =>
  providerPart(providerNamed(provider, providers), platform.set, lock);

/** All parties of a rehearsed factory, by the digests of what is real. */
export function factoryParts(factory: Factory, lock: CatalogLock): SitePart[] {
  return [
    trustPart(factory, lock),
    ...factory.providers.map((provider) => providerPart(provider, factory.platform.set, lock)),
    readerPart(attestedOf(factory.models, factory.attestation.gpuFirmware.drivers)),
  ];
}

/** The data owner's: what verdicts are made with. */
export function readerPart(attested: Attested): SitePart {
  return { party: "dataOwner", charts: [], images: [], firmware: [], attested, unresolved: [] };
}

export function attestedOf(models: readonly Pick<Model, "tee" | "gpu">[], drivers: readonly string[]): Attested {
  return {
    tees: unique(models.map(({ tee }) => tee)) as CpuTee[],
    gpus: unique(models.map(({ gpu }) => gpu.model)) as Attested["gpus"][number][],
    drivers,
  };
}

/** Versions that guests and hosts have to have; what they are of comes with the guest's image, or from vendors. */
function firmwareOf({ snpTcb, gpuFirmware }: TrustPart["attestation"]): LockedFirmware[] {
  const party = "modelOwner" as const;
  return [
    ...(snpTcb
      ? [
          {
            title: `${Object.keys(cpuModels)
              .filter((name) => cpuModels[name as keyof typeof cpuModels].tee === "snp")
              .join(", ")}: SEV-SNP firmware, at least`,
            versions: Object.entries(snpTcb).map(([part, version]) => `${part} ${version}`),
            party,
          },
        ]
      : []),
    ...(gpuFirmware
      ? [
          { title: "GPU driver, in the guest's image", versions: [...gpuFirmware.drivers], party },
          { title: "GPU firmware (VBIOS)", versions: [...gpuFirmware.vbios], party },
          ...(gpuFirmware.switchBios
            ? [{ title: "NVSwitch firmware", versions: [...gpuFirmware.switchBios], party }]
            : []),
        ]
      : []),
  ];
}

function operatorEntry(name: string, csv: string, party: LockParty): Omit<Unresolved, "accepted"> {
  return {
    name: `operator/${name}`,
    reason: `${csv} comes out of OpenShift's catalogue with the images that it names; oc-mirror copies both by digest (${
      party === "infrastructureProvider"
        ? "`trustfoundry openshift image-set` writes what it needs"
        : "mirror its catalogue, and name the copy as attestation.operator.catalog"
    })`,
  };
}
