import type { Fact } from "../../components/host/fact";
import { isHint } from "../../components/host/fact";
import { beyondPreview } from "../../components/host/beyondPreview";
import * as offerings from "../../components/host/offerings";
import type { Cloud } from "../../components/host/offerings";
import { priceHints } from "../../components/host/prices";
import { constraintRows } from "./constraintRows";
import { cellsOf, factsOf, words } from "./factRows";
import { table } from "./text";

const intro = `# What Azure and Google Cloud offer

Made from \`components/host/offerings.ts\` and \`components/host/prices.ts\` by \`npm run docs\`; do not edit. What it means, and how to
use it: [clouds.md](clouds.md).

Each row says where and on which day it was read, and how well it is founded: \`types\` (the published SDK), \`docs\` (the vendor's
documentation), \`repository\` (a file of a vendor's repository), \`issue\` (a thread), \`secondary\` (others' reports), \`general\`
(common knowledge, not looked up). The last two are **hints**: a configuration against them is warned of, and you can override
them by name. A configuration against any of the others is refused.
`;

const cloudNames: Readonly<Record<Cloud, string>> = { azure: "Azure", gcp: "Google Cloud" };

const tees = { snp: "SEV-SNP", tdx: "TDX", sev: "SEV (proves no memory integrity)" } as const;

/** The last columns of every table. */
const foundation = (fact: Fact) => [fact.asOf, isHint(fact) ? `${fact.grade} (hint)` : fact.grade, fact.source];
const founded = ["read", "grade", "source"];

/** Which cloud the rest is about, by the beginning of its name in the module. */
const beginnings: Readonly<Record<string, RegExp>> = { Azure: /^(azure|aks)/, "Google Cloud": /^(gcp|gke)/ };

/** Everything that the checks know of the clouds, row by row. */
export function cloudOffersPage(): string {
  const { gpuSizes, places, plainGpuSizes, ...rest } = offerings;
  const rows = Object.entries(rest)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, value]) => factsOf(value).map((row) => ({ name, ...row })));
  const tablesOf = (wanted: (name: string) => boolean) => {
    const of = rows.filter(({ name }) => wanted(name));
    const [limits, values] = [
      of.filter((row) => row.values === undefined),
      of.filter((row) => row.values !== undefined),
    ];
    const titleOf = ({ name, path }: (typeof of)[number]) => [name, ...path].map(words).join(": ");
    return [
      table(
        ["what", "values", ...founded],
        values.map((row) => [titleOf(row), cellsOf(row.values), ...foundation(row.fact)]),
      ),
      ...(limits.length > 0 ? ["What is demanded or forbidden besides, and what that rests on:"] : []),
      ...(limits.length > 0
        ? [
            table(
              ["limit", ...founded],
              limits.map((row) => [titleOf(row), ...foundation(row.fact)]),
            ),
          ]
        : []),
    ];
  };
  const known = (name: string) => Object.values(beginnings).some((beginning) => beginning.test(name));
  return [
    intro,
    "## Sizes with a confidential GPU",
    "Exactly one GPU in each machine, on both clouds.",
    table(
      ["cloud", "size", "CPU TEE", "GPU", "vCPUs", "memory, GiB", "stage", ...founded],
      gpuSizes.map(({ cloud, size, tee, gpu, vCpus, memoryGib, stage, fact }) => [
        cloudNames[cloud],
        `\`${size}\``,
        tees[tee],
        gpu.memoryGib === undefined ? gpu.model : `${gpu.model}, ${gpu.memoryGib} GB`,
        String(vCpus),
        String(memoryGib),
        stage,
        ...foundation(fact),
      ]),
    ),
    "## Where",
    "Nothing is known of the places of a size that is not in this table.",
    table(
      ["size", "regions or zones", ...founded],
      places.map((row) => [`\`${row.size}\``, cellsOf(row.places), ...foundation(row.fact)]),
    ),
    "## Sizes with GPUs, none of them confidential",
    table(
      ["cloud", "sizes, as a regular expression", ...founded],
      plainGpuSizes.map(({ cloud, sizes, fact }) => [cloudNames[cloud], cellsOf(sizes), ...foundation(fact)]),
    ),
    ...Object.entries(beginnings).flatMap(([cloud, beginning]) => [
      `## ${cloud}`,
      ...tablesOf((name) => beginning.test(name)),
    ]),
    "## On both",
    ...tablesOf((name) => !known(name)),
    "## Constraints by name",
    "What configurations are held to. The name of one that is warned of goes into `acknowledged`. Where one departure rests on another row than its constraint, such as an image of which nothing is known, that row decides.",
    table(
      ["constraint", "of", "a departure is", "source"],
      constraintRows().map(({ name, holds, departure, facts }) => [
        `\`${name}\``,
        holds.join("; "),
        departure,
        facts.map(({ source, grade }) => `${source} (${grade})`).join("; "),
      ]),
    ),
    "## What no preview knows",
    "It shows at `pulumi up`, or later.",
    table(
      ["cloud", "what", "look, or what is done", ...founded],
      beyondPreview.map(({ cloud, what, instead, fact }) => [
        cloud === "both" ? "both" : cloudNames[cloud],
        what,
        instead,
        ...foundation(fact),
      ]),
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
