import type { ClaimId } from "../../components/verdict/claims";
import { claimIds } from "../../components/verdict/claims";
import { isolationUnits } from "../../components/verdict/isolation";
import type { Place } from "../../components/verdict/isolation";
import type { Exception } from "../../policies/exceptions";
import { isExpired } from "../../policies/exceptions";
import { sortedBy, unique } from "../review/text";
import type { JudgedAdvisory } from "./advisories";
import { judgeAdvisories } from "./advisories";
import type { Facts } from "./facts";
import { factsOf } from "./facts";
import type { PillarControls } from "./pillars";
import { pillarControls, subjectsOf } from "./pillars";
import type { FactoryReading, PolicyFinding, StackReading } from "./reading";
import { controlOf } from "./threats/controls";
import type { Cell, WayStanding } from "./threats/matrix";
import { matrixOf } from "./threats/matrix";
import type { Adversary, Asset } from "./threats/ways";
import type { VersionInForce } from "./versions";
import { inUse, platformWarnings, versionsInForce } from "./versions";

/** All that a report says, as data: the same reading gives the same model, and the same model the same bytes. */
export interface ReportModel {
  readonly facts: Facts;
  readonly pack: FactoryReading["pack"];
  /** Day against which ends were compared; undefined where none was. */
  readonly today: string | undefined;
  readonly stacks: readonly StackReading[];
  /** Places in use, each once. */
  readonly places: readonly Place[];
  readonly pillars: readonly PillarControls[];
  readonly matrices: readonly Matrix[];
  readonly ways: readonly WayRow[];
  readonly findings: readonly (PolicyFinding & { readonly stack: string })[];
  readonly undecided: readonly {
    readonly rule: string;
    readonly resource: string;
    readonly path: string;
    readonly stack: string;
  }[];
  readonly exceptions: readonly ReportedException[];
  readonly versions: readonly VersionInForce[];
  readonly advisories: readonly JudgedAdvisory[];
  readonly platformWarnings: readonly string[];
  /** Claims that anything here is tied to, in the architecture's order. */
  readonly claims: readonly ClaimId[];
}

/** One matrix stands for all releases and places whose cells are the same. */
export interface Matrix {
  readonly of: readonly string[];
  readonly place: Place;
  readonly cells: readonly Cell[];
}

/** A way with what stops it, and whom it would lead to what. */
export interface WayRow extends WayStanding {
  readonly of: readonly string[];
  readonly leads: readonly { readonly adversary: Adversary; readonly assets: readonly Asset[] }[];
}

export interface ReportedException {
  readonly stack: string;
  readonly exception: Exception;
  /** What it lets pass. */
  readonly uses: readonly string[];
  /** `undated`: nothing says which day it is. */
  readonly state: "used" | "unused" | "expired" | "undated";
}

export function modelOf(reading: FactoryReading): ReportModel {
  const facts = factsOf(reading);
  const { stacks, pack, today } = reading;
  const matrices = matricesOf(facts);
  const pillars = pillarControls(reading, facts);
  const ways = waysIn(matrices);
  const claims = new Set([
    ...ways.flatMap((way) => way.claims),
    ...pillars.flatMap(({ controls }) => controls.flatMap(({ id }) => controlOf(id).claims)),
  ]);
  return {
    facts,
    pack,
    today,
    stacks,
    places: unique(facts.sites.map(({ place }) => place)) as Place[],
    pillars,
    matrices,
    ways,
    findings: stacks.flatMap(({ name, policies }) => policies.findings.map((finding) => ({ ...finding, stack: name }))),
    undecided: stacks.flatMap(({ name, policies }) => policies.undecided.map((each) => ({ ...each, stack: name }))),
    exceptions: stacks.flatMap((stack) => exceptionsOf(stack, today)),
    versions: versionsInForce(reading),
    advisories: judgeAdvisories(inUse(reading, facts)),
    platformWarnings: platformWarnings(reading),
    claims: claimIds.filter((id) => claims.has(id)),
  };
}

function matricesOf(facts: Facts): Matrix[] {
  const same = new Map<string, Matrix>();
  for (const subject of subjectsOf(facts)) {
    const { place } = subject.site;
    const cells = matrixOf(subject);
    const key = JSON.stringify([place, cells]);
    same.set(key, { of: [...(same.get(key)?.of ?? []), subject.title], place, cells });
  }
  return sortedBy(same.values(), ({ place, of }) => `${isolationUnits[place].title} ${of.join()}`);
}

function waysIn(matrices: readonly Matrix[]): WayRow[] {
  const rows = new Map<string, { row: WayStanding; of: Set<string>; leads: Map<Adversary, Set<Asset>> }>();
  for (const { of, cells } of matrices)
    for (const { adversary, asset, ways } of cells)
      for (const way of ways) {
        const key = JSON.stringify(way);
        const found = rows.get(key) ?? { row: way, of: new Set(), leads: new Map<Adversary, Set<Asset>>() };
        of.forEach((name) => found.of.add(name));
        found.leads.set(adversary, (found.leads.get(adversary) ?? new Set()).add(asset));
        rows.set(key, found);
      }
  const order = { open: 0, unknown: 1, stopped: 2 } as const;
  return [...rows.values()]
    .map(({ row, of, leads }) => ({
      ...row,
      of: [...of],
      leads: [...leads].map(([adversary, assets]) => ({ adversary, assets: [...assets] })),
    }))
    .sort((a, b) => order[a.is] - order[b.is]);
}

function exceptionsOf({ name, config, policies }: StackReading, today: string | undefined): ReportedException[] {
  return config.exceptions.map((exception) => {
    const uses = unique(
      policies.borne
        .filter(
          ({ rule, resource, path }) =>
            rule === exception.rule && resource === exception.resource && (exception.path ?? path) === path,
        )
        .map(({ resource, path }) => (path === "" ? resource : `${resource}, ${path}`)),
    );
    const state =
      today !== undefined && isExpired(exception, new Date(today))
        ? "expired"
        : today === undefined
          ? "undated"
          : uses.length > 0
            ? "used"
            : "unused";
    return { stack: name, exception, uses, state };
  });
}
