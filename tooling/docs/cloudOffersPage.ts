import { isHint } from "../../components/host/departures";
import {
  aksConfidentialOs,
  azureAuthorities,
  azureConfidentialFamilies,
  azureUbuntuImages,
  gcpFamilies,
  gcpProvisioning,
  gkeFloors,
  gpuDriver,
  gpuSizes,
  places,
  plainGpuSizes,
} from "../../components/host/offerings";
import type { Cloud, Fact } from "../../components/host/offerings";
import { priceHints } from "../../components/host/prices";
import { table } from "./text";

const intro = `# What Azure and Google Cloud offer

Made from \`components/host/offerings.ts\` and \`components/host/prices.ts\` by \`npm run docs\`; do not edit. What it means, and how to
use it: [clouds.md](clouds.md).

Each row says where and on which day it was read, and how well it is founded: \`types\` (the published SDK), \`docs\` (the vendor's
documentation), \`repository\` (a file of a vendor's repository), \`issue\` (a thread), \`secondary\` (others' reports), \`general\`
(common knowledge, not looked up). The last two are **hints**: a configuration against them is warned of, and you can override
them by name. A configuration against any of the others is refused.
`;

export const cloudNames: Readonly<Record<Cloud, string>> = { azure: "Azure", gcp: "Google Cloud" };

const tees = { snp: "SEV-SNP", tdx: "TDX", sev: "SEV (proves no memory integrity)" } as const;

const code = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(", ");

/** The last columns of every table. */
const foundation = (fact: Fact) => [fact.asOf, isHint(fact) ? `${fact.grade} (hint)` : fact.grade, fact.source];
const founded = ["read", "grade", "source"];

/** Everything that the checks know of the clouds, row by row. */
export function cloudOffersPage(): string {
  return [
    intro,
    "## Sizes with a confidential GPU",
    "Exactly one GPU in each machine, on both clouds.",
    table(
      ["cloud", "size", "CPU TEE", "GPU", "vCPUs", "memory, GiB", "stage", "where", ...founded],
      gpuSizes.map((row) => {
        const offered = places.find(({ size }) => size === row.size);
        return [
          cloudNames[row.cloud],
          code([row.size]),
          tees[row.tee],
          [row.gpu.model, row.gpu.memoryGib && `${row.gpu.memoryGib} GB`].filter(Boolean).join(", "),
          String(row.vCpus),
          String(row.memoryGib),
          row.stage,
          offered ? "below" : "not known",
          ...foundation(row.fact),
        ];
      }),
    ),
    "## Where",
    table(
      ["size", "regions or zones", ...founded],
      places.map(({ size, places: offered, fact }) => [code([size]), code(offered), ...foundation(fact)]),
    ),
    "## Sizes with GPUs, none of them confidential",
    table(
      ["cloud", "sizes, as a regular expression", ...founded],
      plainGpuSizes.map(({ cloud, sizes, fact }) => [cloudNames[cloud], code([sizes.source]), ...foundation(fact)]),
    ),
    "## Azure",
    table(
      ["what", "values", ...founded],
      [
        [
          "sizes that can be confidential at all, as a regular expression",
          code([azureConfidentialFamilies.sizes.source]),
          ...foundation(azureConfidentialFamilies.fact),
        ],
        ...azureUbuntuImages.map(({ offer, sku, fact }) => [
          "image of Canonical's for confidential machines",
          `offer ${code([offer])}, sku ${code([sku])}`,
          ...foundation(fact),
        ]),
        [
          "operating systems of confidential AKS nodes",
          code(aksConfidentialOs.skus),
          ...foundation(aksConfidentialOs.fact),
        ],
        ...Object.entries(azureAuthorities.byRegion).map(([region, authority]) => [
          `shared attestation authority of \`${region}\``,
          code([authority]),
          ...foundation(azureAuthorities.fact),
        ]),
      ],
    ),
    "## Google Cloud",
    table(
      ["what", "values", ...founded],
      [
        ...Object.entries(gcpFamilies.tees).map(([family, offered]) => [
          `TEEs of machine family \`${family}\``,
          offered.length > 0 ? code(offered) : "none",
          ...foundation(gcpFamilies.fact),
        ]),
        ...Object.entries(gkeFloors.versions).map(([tee, version]) => [
          `first GKE version with \`${tee}\` on COS nodes`,
          code([version]),
          ...foundation(gkeFloors.fact),
        ]),
        ["ways to get a confidential H100", code(gcpProvisioning.models), ...foundation(gcpProvisioning.fact)],
      ],
    ),
    "## GPU driver",
    table(
      ["what", "values", ...founded],
      [
        ["oldest that is accepted", code([gpuDriver.floor]), ...foundation(gpuDriver.fact)],
        ["known to fail attestation", code(gpuDriver.failing), ...foundation(gpuDriver.fact)],
      ],
    ),
    "## Prices, as dated hints",
    "Second-hand, and of that month: no vendor's own list could be read. Look prices up before you order.",
    table(
      ["what", "USD per hour", "month", "source"],
      priceHints.map(({ what, usdPerHour, asOf, source }) => [what, usdPerHour, asOf, source]),
    ),
  ]
    .map((part) => part.trim())
    .join("\n\n");
}
