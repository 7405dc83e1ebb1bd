import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PinSource } from "../components/catalogLock";
import type { Release } from "../components/workload/release";
import { explainDifference } from "../components/workload/release/diff";
import { documentFileName, releaseDigest } from "../components/workload/release/document";
import { verifyRelease } from "../components/workload/release/verify";
import { ConfigurationError, location } from "./config/errors";
import type { TrustConfig, WorkloadsConfig } from "./config/factory";
import { packageRoot } from "./project";
import { computedRelease } from "./releases";

/** A release whose signatures were checked, with the document that travels. */
export interface SignedRelease {
  readonly release: Release;
  /** The document's very text. */
  readonly text: string;
  readonly digest: string;
  readonly signedBy: readonly string[];
  /** A release that another one follows: until when its guests are given keys, too. */
  readonly until?: string;
}

export interface SignedReleases {
  readonly releases: readonly SignedRelease[];
  readonly warnings: readonly string[];
}

interface Expected {
  readonly config: Pick<WorkloadsConfig, "factory" | "parties" | "signers" | "simulated">;
  readonly project: string;
  /** Relative to the project. */
  readonly directory: string;
  readonly now: Date;
}

/**
 * The model owner's own releases, one for each declared model: signed by whom the configuration wants, and saying exactly
 * what its declarations and the other inputs give today. Anything else is explained and refused.
 */
export async function ownReleases(
  config: TrustConfig,
  pins: PinSource,
  now: Date,
  project = packageRoot,
): Promise<SignedReleases> {
  if (config.models.length === 0) return { releases: [], warnings: [] };
  const { signers } = config;
  // The schema asks for them where there are models.
  if (!signers)
    throw new ConfigurationError([`${location(["signers"])}: missing; add whose signatures a release needs`]);
  const expected = { config: { ...config, signers }, project, directory: config.releases, now };
  const collected = new Collector();
  for (const [index, model] of config.models.entries()) {
    const here = `${location(["models", index])} (${model.name})`;
    const current = await collected.take(here, () => readSigned(expected, model.name, documentFileName(model.name)));
    if (!current) continue;
    collected.check(here, () => differences(config, current.release, pins, project));
    if (model.formerReleaseUntil !== undefined) await collected.take(here, () => former(expected, current, model));
  }
  return collected.result();
}

/** The releases that a provider was handed and means to place; of some alone, where the others are another stack's. */
export async function receivedReleases(
  config: Pick<WorkloadsConfig, "factory" | "parties" | "signers" | "simulated" | "handover" | "releases">,
  now: Date,
  project = packageRoot,
  wanted: ReadonlySet<string> = new Set(config.releases),
): Promise<SignedReleases> {
  const expected = { config, project, directory: config.handover, now };
  const collected = new Collector();
  for (const [index, name] of config.releases.entries())
    if (wanted.has(name))
      await collected.take(location(["releases", index]), () => readSigned(expected, name, documentFileName(name)));
  return collected.result();
}

type Reading =
  { readonly signed: SignedRelease; readonly warnings: readonly string[] } | { readonly refusals: readonly string[] };

async function readSigned({ config, project, directory, now }: Expected, name: string, file: string): Promise<Reading> {
  const path = join(resolve(project, directory), file);
  if (!existsSync(path))
    return {
      refusals: [
        `there is no ${file} in ${directory}; create and sign it (\`npm run trustfoundry -- release create\`, then \`release sign\`), ` +
          "or fetch it from the model owner",
      ],
    };
  const text = readFileSync(path, "utf8");
  const outcome = await verifyRelease(text, {
    signers: config.signers,
    factory: config.factory,
    owner: config.parties.modelOwner,
    name,
    simulated: config.simulated,
    now,
  });
  if ("refusals" in outcome) return { refusals: outcome.refusals.map((refusal) => `${file}: ${refusal}`) };
  const { release, digest, signedBy, warnings } = outcome;
  return { signed: { release, text, digest, signedBy }, warnings: warnings.map((warning) => `${file}: ${warning}`) };
}

/** What the signed release says otherwise than the declarations; a changed model needs a new release, never a new look. */
function differences(config: TrustConfig, signed: Release, pins: PinSource, project: string): string[] {
  const { history, validity } = signed;
  const computed = computedRelease(config, signed.name, { history, validity }, pins, project);
  if (releaseDigest(computed) === releaseDigest(signed)) return [];
  return [
    `release ${signed.history.sequence} was signed for something else: ${explainDifference(signed, computed).join("; ")}; ` +
      "create and sign the next release, or restore what was declared",
  ];
}

/** The release before the current one, told from any other by the digest that its successor names. */
async function former(
  expected: Expected,
  current: SignedRelease,
  { name, formerReleaseUntil }: TrustConfig["models"][number],
): Promise<Reading> {
  const { sequence, previous } = current.release.history;
  if (sequence === 1)
    return { refusals: ["formerReleaseUntil is set, but there is no release before the first; remove it"] };
  const reading = await readSigned(expected, name, documentFileName(name, sequence - 1));
  if ("refusals" in reading) return reading;
  if (reading.signed.digest !== previous)
    return {
      refusals: [
        `${documentFileName(name, sequence - 1)} has the digest ${reading.signed.digest}, and release ${sequence} follows ${previous}; restore the file`,
      ],
    };
  return { ...reading, signed: { ...reading.signed, until: formerReleaseUntil } };
}

/** Gathers releases and says about all that are refused why. */
class Collector {
  private readonly releases: SignedRelease[] = [];
  private readonly warnings: string[] = [];
  private readonly problems: string[] = [];

  async take(here: string, read: () => Promise<Reading>): Promise<SignedRelease | undefined> {
    const reading = await read();
    if ("refusals" in reading) {
      this.problems.push(...reading.refusals.map((refusal) => `${here}: ${refusal}`));
      return undefined;
    }
    this.releases.push(reading.signed);
    this.warnings.push(...reading.warnings);
    return reading.signed;
  }

  check(here: string, problems: () => string[]): void {
    try {
      this.problems.push(...problems().map((problem) => `${here}: ${problem}`));
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      this.problems.push(...error.problems);
    }
  }

  result(): SignedReleases {
    if (this.problems.length > 0) throw new ConfigurationError(this.problems);
    return { releases: this.releases, warnings: this.warnings };
  }
}
