import { canonicalJson } from "../../components/names";
import type { Release } from "../../components/workload/release";
import { explainDifference } from "../../components/workload/release/diff";
import type { Pillar } from "../../policies/rule";
import { tenants } from "../../policies/rule";
import type { Change, Direction } from "./change";

type ReleaseChange = Omit<Change, "subject" | "location"> & { readonly model: string };

/**
 * Which way a phrase of the release's own comparison points. The words are those of components/workload/release; what is
 * in no line here is a change to look at, in neither direction.
 */
const readings: readonly { readonly phrase: RegExp; readonly direction: Direction }[] = [
  { phrase: /^TCB floor of \w+ LOWERED /, direction: "weaker" },
  { phrase: /^TCB floor of \w+ raised /, direction: "stronger" },
  { phrase: /^TDX modules: only those listed now/, direction: "stronger" },
  { phrase: /^TDX modules: any that Intel/, direction: "weaker" },
  { phrase: / accepted now: guests with it are given keys$/, direction: "weaker" },
  { phrase: / no longer accepted: guests with it are given no keys$/, direction: "stronger" },
  { phrase: /^resource .* may be given to its guests now$/, direction: "weaker" },
  { phrase: /^resource .* is no longer given to its guests$/, direction: "stronger" },
  { phrase: /^serving key: none any more/, direction: "weaker" },
  { phrase: /^image: needs no signature any more/, direction: "weaker" },
  { phrase: /^image: not encrypted any more/, direction: "weaker" },
  { phrase: /^weights: no longer a sealed artifact/, direction: "weaker" },
  { phrase: /^weights: sealed now/, direction: "stronger" },
  { phrase: /^valid until: .*: longer: /, direction: "weaker" },
  { phrase: /^valid until: .*: shorter: /, direction: "stronger" },
  { phrase: /^measurement's origin: computed /, direction: "stronger" },
  { phrase: /^measurement's origin: /, direction: "weaker" },
  { phrase: /^newly not measured: /, direction: "weaker" },
  { phrase: /^no longer listed as not measured: /, direction: "stronger" },
];

const pillarOfPhrase: readonly { readonly phrase: RegExp; readonly pillar: Pillar }[] = [
  { phrase: /^(image|weights)/, pillar: "images" },
  { phrase: /^(TEE|GPU|NVSwitch|hosts)/, pillar: "hardware" },
  { phrase: /^(runtime class|launch profile|memory|CPU limit)/, pillar: "runtime" },
  {
    phrase:
      /^(SNP launch|TDX (MRTD|RTMR)|vCPUs|guest image|init-data|agent policy|command|user|newly not|no longer listed)/,
    pillar: "guest",
  },
];

export function directionOf(phrase: string): Direction {
  return readings.find((reading) => reading.phrase.test(phrase))?.direction ?? "changed";
}

/** Measurements, keys, init-data and firmware floors that change between the releases of base and head. */
export function compareReleases(base: readonly Release[], head: readonly Release[]): ReleaseChange[] {
  const about = { kind: "release", protects: tenants } as const;
  const names = [...new Set([...base, ...head].map(({ name }) => name))];
  return names.flatMap((name): ReleaseChange[] => {
    const a = base.find((release) => release.name === name);
    const b = head.find((release) => release.name === name);
    if (a && b)
      return [
        ...explainDifference(a, b).map((phrase) => ({
          ...about,
          model: name,
          direction: directionOf(phrase),
          pillar: pillarOfPhrase.find((reading) => reading.phrase.test(phrase))?.pillar ?? "attestation",
          text: phrase,
        })),
        ...openings(a, b).map((opening) => ({ ...about, ...opening, model: name, pillar: "guest" as const })),
      ];
    const resources = (b ?? a)?.resources.join(", ") ?? "";
    return b
      ? [
          {
            ...about,
            model: name,
            direction: "changed",
            pillar: "attestation",
            text: `new model; its guests may be given ${resources}`,
          },
        ]
      : [
          {
            ...about,
            model: name,
            direction: "changed",
            pillar: "attestation",
            text: `no longer released; its guests are given ${resources} no more`,
          },
        ];
  });
}

/** What the agent policy opens to the host: exec, logs, stdin. */
function openings({ agentPolicy: a }: Release, { agentPolicy: b }: Release): { direction: Direction; text: string }[] {
  if (canonicalJson(a.openings) === canonicalJson(b.openings)) return [];
  return [
    ...b.openings
      .filter((opening) => !a.openings.includes(opening))
      .map((opening) => ({ direction: "weaker" as const, text: `agent policy: opens ${opening} to the host now` })),
    ...a.openings
      .filter((opening) => !b.openings.includes(opening))
      .map((opening) => ({
        direction: "stronger" as const,
        text: `agent policy: no longer opens ${opening} to the host`,
      })),
  ];
}
