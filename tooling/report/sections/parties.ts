import { isolationUnits } from "../../../components/verdict/isolation";
import { keyReleases } from "../../../components/verdict/keyAuthority";
import type { Block, Cell, Section } from "../document";
import { cell, code, list, text } from "../document";
import type { SiteFacts } from "../facts";
import type { ReportModel } from "../model";

/** Who takes part, and what each of them runs and is trusted with. */
export function partiesSection({ facts }: ReportModel): Section {
  const { parties, trust, sites, dataOwnerSigns } = facts;
  const providers = [...new Set(sites.map(({ provider }) => provider))];
  const row = (name: string, who: string, runs: string, trusted: string) => [
    cell(code(name)),
    cell(who),
    cell(runs),
    cell(trusted),
  ];
  return {
    id: "parties",
    title: "Parties",
    blocks: [
      {
        kind: "table",
        caption: "Parties, what was read of theirs, and with what each is trusted",
        head: ["party", "who it is", "stacks that were read", "is trusted with"],
        rows: [
          row(
            parties.modelOwner,
            "model owner",
            trust.map(({ stack }) => stack.name).join(", ") || "none",
            "weights, keys and images, which are its own; and by the data owner with what its program does to prompts",
          ),
          ...providers.map((provider) =>
            row(
              provider,
              "infrastructure provider",
              sites
                .filter((site) => site.provider === provider)
                .flatMap(({ infrastructure, workloads }) => [infrastructure?.name, workloads?.name])
                .filter((name, index, all) => name !== undefined && all.indexOf(name) === index)
                .join(", ") || "none",
              "availability alone",
            ),
          ),
          row(
            parties.dataOwner,
            "data owner",
            "has none",
            dataOwnerSigns === true
              ? "prompts, which are its own; its signature is asked for on every release"
              : "prompts, which are its own",
          ),
        ],
        wide: true,
      },
    ],
  };
}

/** Which cluster is whose, and what the trust boundary goes round at each place. */
export function clustersSection({ facts }: ReportModel): Section {
  const { trust, sites } = facts;
  const blocks: Block[] = [
    text(
      "A boundary is what one TEE holds. Everything inside can read the weights; everything else is outside, whoever runs it.",
    ),
    {
      kind: "table",
      caption: "Clusters, and what is inside the trust boundary in each",
      head: ["place", "whose", "isolation unit", "inside the boundary", "outside"],
      rows: [
        ...trust.map(({ stack, kind, cluster, endpoint }) => [
          cell(kind === "keyBroker" ? code(cluster) : endpoint),
          cell(stack.config.parties.modelOwner),
          cell("–"),
          cell(
            kind === "keyBroker"
              ? `the model owner's own cluster with its key broker ${endpoint}; no TEE, and out of the provider's reach`
              : "keys that a cloud keeps for the model owner",
          ),
          cell("–"),
        ]),
        ...sites.map(siteRow),
      ],
      wide: true,
    },
    {
      kind: "table",
      caption: "Who decides about keys",
      head: ["stack", "attested by", "could release a key without evidence", "grade", "because"],
      rows: trust.map(({ stack, keyAuthority, kind }) => {
        const place =
          kind === "cloudKeys" ? ("azure" in stack.config && stack.config.azure ? "azureNode" : "gcpSpace") : "pod";
        const release = keyReleases[place][keyAuthority.who];
        const known = "grade" in release ? release : undefined;
        const intel = keyAuthority.grade === "asserted by Intel";
        return [
          cell(code(stack.name)),
          cell(intel ? "Intel Trust Authority" : (known?.attests ?? "–")),
          cell(known?.couldRelease ?? "–"),
          cell(keyAuthority.grade),
          cell(keyAuthority.because),
        ];
      }),
      wide: true,
    },
    ...(sites.some(({ place }) => isolationUnits[place].givesUp.length > 0)
      ? [text("Compared with pods on bare metal, these places do without:"), list(givenUp(sites))]
      : []),
  ];
  return {
    id: "clusters",
    title: "Clusters and trust boundary",
    blocks: blocks.filter((block) => block.kind !== "table" || block.rows.length > 0),
  };
}

function siteRow({ provider, place, settings, namespace, infrastructure, workloads }: SiteFacts): Cell[] {
  const unit = isolationUnits[place];
  const context = [infrastructure, workloads]
    .flatMap((stack) =>
      stack && "cluster" in stack.config && stack.config.cluster ? [stack.config.cluster.context] : [],
    )
    .at(0);
  const hosts = settings.hosts.map(({ name, cpu, gpu, ccMode, teeEnabled }) => [
    code(name),
    `: ${cpu}${teeEnabled ? "" : " without TEE"}, ${gpu.count} × ${gpu.model}, CC mode ${ccMode}`,
  ]);
  return [
    [[unit.title], ...(context === undefined ? [] : [["cluster ", code(context)]])],
    [[code(provider)], ...(place === "pod" ? [["namespace ", code(namespace), " is the model owner's"]] : [])],
    cell(unit.unit, unit.stage === "experimental" ? ", experimental" : ""),
    unit.inside.map((each) => [each]),
    hosts.length > 0
      ? [["API server, kubelet, hypervisor, network, and these hosts:"], ...hosts]
      : cell(unit.unit === "pod" ? "API server, kubelet, hypervisor, network" : "hosts, hypervisor, network"),
  ];
}

function givenUp(sites: readonly SiteFacts[]) {
  return [...new Set(sites.map(({ place }) => place))].flatMap((place) =>
    isolationUnits[place].givesUp.map((what) => [`${isolationUnits[place].title}: ${what}`]),
  );
}
