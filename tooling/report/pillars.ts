import { tokens } from "../../components/tokens";
import type { Boundary, Pillar } from "../../policies/rule";
import { boundaries, pillars } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { unique } from "../review/text";
import type { Facts } from "./facts";
import type { FactoryReading, StackReading } from "./reading";
import { controlIds, controlOf, standingOf } from "./threats/controls";
import type { ControlId, Subject } from "./threats/controls";

export const pillarTitles: Readonly<Record<Pillar, string>> = {
  hardware: "Hardware root of trust",
  runtime: "Kata Containers",
  guest: "Hardened guest",
  attestation: "Attestation and key services",
  images: "Encrypted container images",
  cluster: "Kubernetes and GPU Operator",
};

/** Rules by what holds where nobody runs them. */
export interface GuardRails {
  readonly boundary: Boundary;
  readonly behind: string;
  /** Rules of the pack that looked at something that was read, and found nothing. */
  readonly preview: readonly string[];
  /** Those among all rules that an API server of this factory refuses violations of, or warns of. */
  readonly admission: readonly string[];
  /** Rules that found something, exceptions or not: they are not in force there. */
  readonly found: readonly string[];
}

export interface PillarControls {
  readonly pillar: Pillar;
  readonly title: string;
  /** Components that are placed: name, and the stacks with it. */
  readonly components: readonly { readonly name: string; readonly stacks: readonly string[] }[];
  readonly controls: readonly { readonly id: ControlId; readonly standings: readonly ControlStanding[] }[];
  readonly guardRails: readonly GuardRails[];
}

/** How a control stands, and for what: releases or places with the same answer stand together. */
export interface ControlStanding {
  readonly is: "inForce" | "absent" | "unknown";
  readonly because?: string;
  readonly of: readonly string[];
}

export function pillarControls(reading: FactoryReading, facts: Facts): PillarControls[] {
  const subjects = subjectsOf(facts);
  return pillars.map((pillar) => ({
    pillar,
    title: pillarTitles[pillar],
    components: componentsOf(pillar, reading.stacks),
    controls: controlIds
      .filter((id) => controlOf(id).pillar === pillar)
      .map((id) => ({ id, standings: standingsOf(id, subjects) }))
      .filter(({ standings }) => standings.length > 0),
    guardRails: guardRailsOf(pillar, reading.stacks),
  }));
}

export interface NamedSubject extends Subject {
  readonly title: string;
}

/** Each release at each place, and each place without any. */
export function subjectsOf(facts: Facts): NamedSubject[] {
  return facts.sites.flatMap((site): NamedSubject[] =>
    site.releases.length === 0
      ? [{ facts, site, title: site.provider }]
      : site.releases.map((release) => ({
          facts,
          site,
          release,
          title: facts.sites.length === 1 ? release.name : `${release.name} at ${site.provider}`,
        })),
  );
}

/** Controls of pods say nothing of machines, and the other way round. */
function concerns(id: ControlId, { site }: Subject): boolean {
  const ofMachines = /^(node|space)-/.test(id);
  if (id === "space-image-bound") return site.place === "gcpSpace";
  if (id === "keys-wrapped" || id === "broker-closed") return true;
  return ofMachines === (site.place !== "pod");
}

function standingsOf(id: ControlId, subjects: readonly NamedSubject[]): ControlStanding[] {
  const byAnswer = new Map<string, ControlStanding>();
  for (const subject of subjects.filter((each) => concerns(id, each))) {
    const standing = standingOf(id, subject);
    const because = "because" in standing ? standing.because : undefined;
    const key = `${standing.is} ${because ?? ""}`;
    const former = byAnswer.get(key);
    byAnswer.set(key, {
      is: standing.is,
      ...(because !== undefined && { because }),
      of: [...(former?.of ?? []), subject.title],
    });
  }
  return [...byAnswer.values()];
}

const moduleOf: Readonly<Record<string, Pillar>> = {
  host: "hardware",
  runtime: "runtime",
  guest: "guest",
  attestation: "attestation",
  workload: "guest",
  cluster: "cluster",
  openshift: "cluster",
};
/** Where the type's own folder is not its pillar. */
const pillarOfType: Readonly<Record<string, Pillar>> = {
  [tokens.nodeMode]: "hardware",
  [tokens.openshiftSandboxedContainers]: "runtime",
  [tokens.openshiftTrustee]: "attestation",
};

function componentsOf(pillar: Pillar, stacks: readonly StackReading[]) {
  const placed = stacks.flatMap(({ name, resources }) =>
    resources
      .filter(({ type }) => type.startsWith("trustfoundry:"))
      .filter(({ type }) => (pillarOfType[type] ?? moduleOf[type.split(":")[1] ?? ""]) === pillar)
      .map(({ type }) => ({ component: type.split(":").at(-1) ?? type, name })),
  );
  return unique(placed.map(({ component }) => component)).map((component) => ({
    name: component,
    stacks: unique(placed.filter((each) => each.component === component).map(({ name }) => name)),
  }));
}

function guardRailsOf(pillar: Pillar, stacks: readonly StackReading[]): GuardRails[] {
  const applied = new Set(stacks.flatMap(({ policies }) => [...policies.applied]));
  const found = new Set(
    stacks.flatMap(({ policies }) => [...policies.findings, ...policies.borne].map(({ rule }) => rule)),
  );
  const atServers = new Set(stacks.flatMap(admittedRules));
  return (Object.keys(boundaries) as Boundary[]).flatMap((boundary) => {
    const own = rules.filter((rule) => rule.pillar === pillar && rule.boundary.by === boundary).map(({ id }) => id);
    const preview = own.filter((id) => applied.has(id) && !found.has(id));
    const admission = own.filter((id) => atServers.has(id));
    const broken = own.filter((id) => found.has(id));
    return preview.length + admission.length + broken.length === 0
      ? []
      : [{ boundary, behind: boundaries[boundary], preview, admission, found: broken }];
  });
}

/** Rules whose ValidatingAdmissionPolicy is bound in the stack's cluster. */
function admittedRules({ resources }: StackReading): string[] {
  return resources
    .filter(({ type }) => type.endsWith(":ValidatingAdmissionPolicyBinding"))
    .flatMap(({ inputs }) => {
      const { labels } = (inputs.metadata ?? {}) as { labels?: Record<string, unknown> };
      const rule = labels?.["trustfoundry.dev/rule"];
      return typeof rule === "string" ? [rule] : [];
    });
}
