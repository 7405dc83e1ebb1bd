import type { Fact } from "../../components/host/fact";
import { isHint } from "../../components/host/fact";
import { keyAuthorities } from "../../components/attestation/keyStore";
import type { KeyAuthority } from "../../components/attestation/keyStore";
import type { Adversary, Defence, Place } from "../../components/verdict/isolation";
import { adversaries, isolationUnits, places } from "../../components/verdict/isolation";
import type { KeyRelease, NoKeyRelease } from "../../components/verdict/keyAuthority";
import { keyGrades, keyReleases } from "../../components/verdict/keyAuthority";
import { table } from "./text";

const intro = `# Isolation and keys, place by place

Made from \`components/verdict/isolation.ts\` and \`components/verdict/keyAuthority.ts\` by \`npm run docs\`; do not edit. How the
clouds' nodes are configured: [clouds.md](clouds.md).

The isolation unit is what one TEE holds. On bare metal it is a pod. On Azure and Google Cloud it is a whole machine: a node
with kubelet and all its pods inside, or one machine with one container.
`;

const stopped = { yes: "**yes**", partly: "partly", no: "**no**", absent: "–" } as const;

const columns: Readonly<Record<Place, string>> = {
  pod: "pod, bare metal",
  azureNode: "node, Azure",
  gcpNode: "node, Google Cloud",
  gcpSpace: "Confidential Space",
  peerPod: "peer pod (experimental)",
  anjunaPod: "Anjuna's pod (experimental)",
};

const whose = (place: Place, who: KeyAuthority) => `${columns[place]}; \`keyAuthority: ${who}\``;

/** Who is kept out where, what is given up, and who releases keys on which evidence. */
export function isolationPage(): string {
  const releases = places.flatMap((place) =>
    keyAuthorities.map((who) => ({ place, who, release: keyReleases[place][who] })),
  );
  const offered = releases.filter((row): row is typeof row & { release: KeyRelease } => "grade" in row.release);
  const missing = releases.filter((row): row is typeof row & { release: NoKeyRelease } => "notOffered" in row.release);
  return [
    intro,
    "## Who is kept out",
    "Does the TEE keep weights and prompts from …? The reasons follow, place by place.",
    table(
      ["adversary", ...places.map((place) => columns[place])],
      adversaryNames.map((name) => [
        adversaries[name],
        ...places.map((place) => stopped[isolationUnits[place].against[name].stopped]),
      ]),
    ),
    ...places.flatMap(placeSection),
    "## Who releases model keys",
    `Grades, from best to least: ${keyGrades.join(", ")}. “–”: nothing of that kind is asked before a key is released.`,
    table(
      ["place and key authority", "attested by", "could release without evidence", "grade", "because"],
      offered.map(({ place, who, release }) => [
        whose(place, who),
        release.attests,
        release.couldRelease,
        release.grade,
        release.because,
      ]),
    ),
    "What gates a release:",
    table(
      ["place and key authority", "CPU", "GPU", "image", "init-data"],
      offered.map(({ place, who, release: { gates } }) => [
        whose(place, who),
        ...[gates.cpu, gates.gpu, gates.image, gates.initData].map((gate) => gate ?? "–"),
      ]),
    ),
    "Not offered:",
    missing.map(({ place, who, release }) => `- ${whose(place, who)}: ${release.notOffered}.`).join("\n"),
    "## Sources",
    sources([
      ...places.flatMap((place) => isolationUnits[place].facts),
      ...releases.flatMap(({ release }) => release.facts),
    ]),
  ]
    .map((part) => part.trim())
    .join("\n\n");
}

const adversaryNames = Object.keys(adversaries) as Adversary[];

function placeSection(place: Place): string[] {
  const { title, unit, stage, inside, against, givesUp } = isolationUnits[place];
  const because = ({ stopped: kept, how }: Defence) => `${kept === "absent" ? "–" : kept}: ${how}`;
  return [
    `## ${title}`,
    `Isolation unit: **${unit}**${stage === "experimental" ? ", **experimental**" : ""}. Inside the boundary: ${inside.join("; ")}.`,
    table(
      ["kept out?", "because"],
      adversaryNames.map((name) => [adversaries[name], because(against[name])]),
    ),
    ...(givesUp.length > 0
      ? ["Given up, compared with pods on bare metal:", givesUp.map((what) => `- ${what}`).join("\n")]
      : []),
  ];
}

/** Each source once, in the order of their names. */
function sources(facts: readonly Fact[]): string {
  const lines = facts.map(
    (fact) => `- ${fact.source}; ${fact.grade}${isHint(fact) ? ", a hint" : ""}, read ${fact.asOf}`,
  );
  return [...new Set(lines)].sort().join("\n");
}
