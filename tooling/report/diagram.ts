import { controls } from "./threats/controls";
import { isolationUnits } from "../../components/verdict/isolation";
import { unique } from "../review/text";
import type { FlowKind, RegionKind } from "./document";
import type { Facts, SiteFacts, TrustFacts } from "./facts";

/** What is drawn, before anything has a place. */
export interface Graph {
  readonly title: string;
  readonly regions: readonly GraphRegion[];
  readonly flows: readonly GraphFlow[];
}

export interface GraphRegion {
  readonly id: string;
  readonly kind: RegionKind;
  /** Head line, then smaller ones. */
  readonly lines: readonly string[];
  readonly nodes: readonly GraphNode[];
  readonly regions: readonly GraphRegion[];
}

export interface GraphNode {
  readonly id: string;
  readonly lines: readonly string[];
}

export interface GraphFlow {
  readonly kind: FlowKind;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** Drawn against the layers' direction: what comes back from where something else went. */
  readonly back?: true;
}

/** How many releases get a card of their own; the rest is counted. */
const mostCards = 8;

/** Parties, their clusters, the trust boundary and what crosses it. Only what was read is drawn. */
export function graphOf(facts: Facts): Graph {
  const { factory, parties, trust, sites } = facts;
  const owner: GraphRegion = {
    id: "owner",
    kind: "trusted",
    lines: [
      parties.modelOwner,
      trust.some(({ kind }) => kind === "keyBroker")
        ? "model owner; its own cluster, out of the provider's reach"
        : "model owner",
    ],
    nodes: [
      ...(facts.releases.length > 0
        ? [{ id: "releases", lines: ["releases", `${facts.releases.length} signed`] }]
        : []),
      ...trust.map(({ kind, endpoint }, index) => ({
        id: `keys-${index}`,
        lines: kind === "keyBroker" ? ["key broker", endpoint] : ["keys", endpoint],
      })),
    ],
    regions: [],
  };
  const regions = [
    ...(owner.nodes.length > 0 ? [owner] : []),
    ...sites.map(siteRegion),
    {
      id: "data",
      kind: "trusted" as const,
      lines: [parties.dataOwner, "data owner"],
      nodes: [{ id: "clients", lines: ["clients", "ask, and are answered"] }],
      regions: [],
    },
    ...elsewhere(facts),
  ];
  return { title: `${factory}: parties, trust boundary, and what crosses it`, regions, flows: flowsOf(facts) };
}

/** What each end of a flow is called, where there is no picture. */
export function titlesOf({ regions }: Graph): ReadonlyMap<string, string> {
  const titles = new Map<string, string>();
  const name = (region: GraphRegion, within: string) => {
    const title = within === "" ? (region.lines[0] ?? "") : `${region.lines[0]} at ${within}`;
    titles.set(region.id, title);
    const outer = within === "" ? (region.lines[0] ?? "") : within;
    for (const node of region.nodes) titles.set(node.id, `${node.lines[0]} (${outer})`);
    for (const inner of region.regions) name(inner, outer);
  };
  regions.forEach((region) => name(region, ""));
  return titles;
}

function siteRegion(site: SiteFacts, index: number): GraphRegion {
  const { provider, place, settings, releases, namespace } = site;
  const unit = isolationUnits[place];
  const pods = place === "pod" || place === "peerPod" || place === "anjunaPod";
  const cards = releases.slice(0, mostCards).map(({ name, release }, card) => ({
    id: `site-${index}-release-${card}`,
    lines: [
      name,
      `${release.modelVersion}, ${release.replicas} ${release.replicas === 1 ? "pod" : "pods"}`,
      `${release.tee === "snp" ? "SEV-SNP" : "TDX"}, ${release.gpu.count} × ${release.gpu.model}`,
    ],
  }));
  const rest = releases.length - cards.length;
  const inside: GraphNode[] = [
    ...cards,
    ...(rest > 0 ? [{ id: `site-${index}-rest`, lines: [`and ${rest} more`] }] : []),
    ...(releases.length === 0 ? [{ id: `site-${index}-inside`, lines: insideLines(site) }] : []),
  ];
  const tee: GraphRegion = {
    id: `site-${index}-tee`,
    kind: "tee",
    lines: ["trust boundary", pods ? "each pod a TEE of its own, once attested" : `the whole ${unit.unit} is one TEE`],
    nodes: inside,
    regions: [],
  };
  const hosts = settings.hosts.length;
  return {
    id: `site-${index}`,
    kind: "untrusted",
    lines: [provider, "infrastructure provider; not trusted"],
    nodes: [
      {
        id: `site-${index}-cluster`,
        lines: pods
          ? [
              "cluster",
              "API server, kubelet",
              ...(hosts > 0 ? [`${hosts} ${hosts === 1 ? "host" : "hosts"}, hypervisor`] : []),
            ]
          : ["cloud", "hosts, hypervisor", "control plane"],
      },
    ],
    regions: pods
      ? [
          {
            id: `site-${index}-namespace`,
            kind: "namespace",
            lines: [`namespace ${namespace}`],
            nodes: [],
            regions: [tee],
          },
        ]
      : [tee],
  };
}

function insideLines({ place }: SiteFacts): string[] {
  if (place === "gcpSpace") return ["one container", "Google's image"];
  return isolationUnits[place].unit === "node" ? ["node", "kubelet, every pod", "one GPU"] : ["pods"];
}

function elsewhere(facts: Facts): GraphRegion[] {
  const nodes: GraphNode[] = [
    ...(facts.releases.length > 0 ? [{ id: "registry", lines: ["registries", ...registriesOf(facts)] }] : []),
    ...(sealed(facts).length > 0 ? [{ id: "weights", lines: ["sealed weights", ...sealed(facts)] }] : []),
    ...(verifiers(facts).length > 0 ? [{ id: "verifiers", lines: ["vendors", ...verifiers(facts)] }] : []),
  ];
  return nodes.length > 0
    ? [{ id: "elsewhere", kind: "neutral", lines: ["elsewhere", "others' services"], nodes, regions: [] }]
    : [];
}

const registriesOf = ({ releases }: Facts) =>
  unique(releases.map(({ release }) => release.image.repository.split("/")[0] ?? ""));

const sealed = ({ releases }: Facts) =>
  unique(releases.flatMap(({ release }) => release.artifact?.kind ?? [])).map((kind) => sealedTitles[kind] ?? kind);
const sealedTitles: Readonly<Record<string, string>> = {
  encryptedLayer: "layers of images",
  encryptedObject: "objects in stores",
  luks2: "volumes",
};

/** Whom the key broker asks about evidence. */
function verifiers({ trust }: Facts): string[] {
  return unique(
    trust.flatMap(({ kind, stack: { config } }) => {
      if (kind !== "keyBroker" || config.role !== "trust") return [];
      const { service, nvidiaVerifier } = config.attestation;
      return [
        ...(nvidiaVerifier === "remote" ? ["NVIDIA attestation service"] : []),
        ...(service.kind === "intelTrustAuthority" ? ["Intel Trust Authority"] : []),
      ];
    }),
  );
}

function flowsOf(facts: Facts): GraphFlow[] {
  const { sites, trust, releases } = facts;
  return [
    ...sites.flatMap((site, index): GraphFlow[] => {
      const tee = `site-${index}-tee`;
      const cluster = `site-${index}-cluster`;
      const has = site.releases.length > 0;
      return [
        ...(has && releases.length > 0 ? [flow("releases", "releases", cluster, "signed releases, as files")] : []),
        flow("control", cluster, tee, has ? "places pods" : "starts machines"),
        ...trust.flatMap((each, key) => [
          { ...flow("evidence", tee, `keys-${key}`, "evidence"), back: true as const },
          flow("keys", `keys-${key}`, tee, keysLabel(each, site)),
        ]),
        flow("prompts", "clients", tee, promptsLabel(site)),
        ...(has ? [flow("images", "registry", tee, "images, by digest")] : []),
        ...(site.releases.some(({ release }) => release.artifact)
          ? [flow("weights", "weights", tee, "weights, sealed")]
          : []),
      ];
    }),
    ...(verifiers(facts).length > 0
      ? trust.flatMap(({ kind }, key) =>
          kind === "keyBroker"
            ? [{ ...flow("evidence", `keys-${key}`, "verifiers", "GPU evidence"), back: true as const }]
            : [],
        )
      : []),
  ];
}

const flow = (kind: FlowKind, from: string, to: string, label: string): GraphFlow => ({ kind, from, to, label });

/** A key that somebody can have without evidence is not said to be for attested guests alone. */
function keysLabel({ kind, keyAuthority }: TrustFacts, { place }: SiteFacts): string {
  if (kind === "cloudKeys") return "keys, on the cloud's word";
  if (keyAuthority.who === "cloud") return "keys; their store's operator has them";
  return `keys, to attested ${place === "azureNode" || place === "gcpNode" ? "nodes" : "guests"}`;
}

/** Only a serving key ties a connection to the guest; see the control of that name. */
function promptsLabel({ releases }: SiteFacts): string {
  const bound = releases.filter(({ release }) => release.servingKey !== undefined).length;
  if (bound > 0 && bound === releases.length) return `prompts, by ${controls["serving-key"].name}`;
  return "prompts; end not bound";
}
