import type { KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type * as judging from "../../components/workload/acceptance/judge";
import type { Release } from "../../components/workload/release";
import type * as documents from "../../components/workload/release/document";
import type * as payloads from "../../components/workload/release/payload";
import type * as readings from "../../components/workload/release/reading";
import type { Pack } from "../../policies/pack";
import type * as rules from "../../policies/rule";
import type * as loading from "../../stacks/config/load";
import type { TrustConfig, WorkloadsConfig } from "../../stacks/config/factory";
import type * as programs from "../../stacks/program";
import type * as rehearsals from "../../stacks/rehearsal";
import type * as releases from "../../stacks/releases";
import { accountOf } from "../clouds/account";
import { fetchesCharts } from "../clouds/charts";
import type * as attesting from "../rehearsal/imageAttestations";
import { passingScanner, passingSigners, placeholderCa, placeholderSecrets } from "./placeholders";
import type { PreviewArgs } from "./preview";
import type { EngineSays } from "./engineSays";
import type { Request } from "./previewWorker";
import type { ReviewedRule, StackView } from "./types";

/** What is to be known of one stack file on one side. */
export interface Look {
  readonly stacks: readonly StackView[];
  readonly releases: readonly Release[];
  readonly rules: readonly ReviewedRule[];
  /** The file as its side's own schema reads it, with defaults; undefined where that refuses it. */
  readonly settings?: Sections;
}

type Sections = Readonly<Record<string, unknown>>;
type Run = (
  stack: Pick<
    PreviewArgs,
    "directory" | "policyPack" | "sections" | "program" | "account" | "fetchesCharts" | "alsoUp"
  >,
) => Promise<EngineSays>;
type Load = (module: string) => unknown;

/** The same history and validity on both sides, so that only what is declared makes a difference. */
const issue = {
  history: { sequence: 1, previous: null },
  validity: { notBefore: "2000-01-01T00:00:00Z", notAfter: "2099-12-31T00:00:00Z" },
};

/** Previews every stack that a file stands for, and computes or reads its releases, by the side's own code. */
export async function lookAt(request: Request, load: Load, run: Run): Promise<Look> {
  const { root, packRoot, pack, directory, stackName, sections } = request;
  const own = new OwnCode(root, load);
  const policyPack = join(packRoot, "policies", "packs", pack);
  const stacks: StackView[] = [];
  const previewOne = async (name: string, settings: Sections) => {
    const place = join(directory, String(stacks.length));
    const alsoUp = isCloudsAlone(settings);
    // `up` is refused to a review by its name; where no cluster and no secret belongs to a stack, it runs as people run it.
    const review = { trustSecrets: placeholderSecrets };
    const program = (kubeconfig: string) =>
      own.programs.main({ kubeconfigs: [kubeconfig], ...(!alsoUp && { review }) });
    const parsed = parsedBy(own, settings);
    const says = await run({
      directory: place,
      policyPack,
      sections: settings,
      program,
      account: parsed ? accountOf(parsed) : {},
      fetchesCharts: parsed !== undefined && fetchesCharts(parsed),
      alsoUp,
    });
    stacks.push({ name, ...says });
  };
  const refusedAs = (error: unknown): Look => {
    if (!isConfigurationError(error)) throw error;
    return { stacks: [{ ...nothing, name: stackName, refusals: error.problems }], releases: [], rules: [] };
  };
  let found: readonly Release[] = [];
  try {
    if (sections.role === "rehearsal") {
      const derived = await rehearsal(own, sections, join(directory, "releases"));
      found = derived.releases;
      for (const [name, settings] of derived.stacks) await previewOne(`${stackName}/${name}`, settings);
    } else {
      await previewOne(stackName, sections);
      found = stacks.every(({ refusals }) => refusals.length === 0) ? ownReleases(own, sections) : [];
    }
  } catch (error) {
    return { ...refusedAs(error), rules: rulesOf(own, packRoot, pack) };
  }
  return { stacks, releases: found, rules: rulesOf(own, packRoot, pack), settings: parsedBy(own, sections) };
}

/** Stacks with nothing but a cloud's resources: all of `up` can be played. */
function isCloudsAlone({ role, cluster }: Sections): boolean {
  return role === "keys" || (role === "infrastructure" && cluster === undefined);
}

/** Undefined where the side refuses it, as one does that knows no clouds yet; its preview says why. */
function parsedBy(own: OwnCode, sections: Sections) {
  try {
    return own.loading.parseConfig(sections);
  } catch {
    return undefined;
  }
}

const nothing = { refusals: [], violations: [], notYetKnown: [], exceptionUses: [], resources: [] };

/** Told by its name: the side has a class of its own. */
function isConfigurationError(error: unknown): error is Error & { readonly problems: readonly string[] } {
  return error instanceof Error && error.name === "ConfigurationError" && "problems" in error;
}

/** Modules of the side, by their places in the project. */
class OwnCode {
  constructor(
    private readonly root: string,
    private readonly load: Load,
  ) {}

  get programs() {
    return this.module("stacks/program") as typeof programs;
  }
  get loading() {
    return this.module("stacks/config/load") as typeof loading;
  }
  get rehearsals() {
    return this.module("stacks/rehearsal") as typeof rehearsals;
  }
  get releases() {
    return this.module("stacks/releases") as typeof releases;
  }
  get documents() {
    return this.module("components/workload/release/document") as typeof documents;
  }
  get judging() {
    return this.module("components/workload/acceptance/judge") as typeof judging;
  }
  get attesting() {
    return this.module("tooling/rehearsal/imageAttestations") as typeof attesting;
  }
  get payloads() {
    return this.module("components/workload/release/payload") as typeof payloads;
  }
  get readings() {
    return this.module("components/workload/release/reading") as typeof readings;
  }

  /** A module of this project, or of the one whose pack judges. */
  at(root: string, path: string): unknown {
    return this.load(join(root, `${path}.ts`));
  }

  /** A file that the configuration names, which is relative to the project. */
  read(path: string): string | undefined {
    const absolute = resolve(this.root, path);
    return existsSync(absolute) ? readFileSync(absolute, "utf8") : undefined;
  }

  private module(path: string): unknown {
    return this.at(this.root, path);
  }
}

/** The stacks that a rehearsal derives, with releases and attestations that are signed for the length of this preview. */
async function rehearsal(own: OwnCode, sections: Sections, directory: string) {
  const { parseAs } = own.loading;
  const signers = passingSigners();
  const factory = parseAs("rehearsal", sections);
  const trustDirectory = join(directory, "trust");
  const material = { keyBrokerCa: placeholderCa, signers: signers.policy, releases: trustDirectory };
  const config = parseAs("trust", own.rehearsals.deriveStacks(factory, material).trust);
  const found = config.models.map(({ name }) => own.releases.computedRelease(config, name, issue));
  const documents = await Promise.all(found.map((release) => signedBy(own, release, signers.keys)));
  const place = (folder: string, files: readonly { readonly name: string; readonly text: string }[]) => {
    mkdirSync(folder, { recursive: true });
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
  };
  place(trustDirectory, documents);

  const scanner = passingScanner();
  const placedAt = (provider: string) =>
    config.models.flatMap(({ name, providers }) => (providers.includes(provider) ? [name] : []));
  const acceptance = Object.fromEntries(
    factory.providers
      .filter((provider) => provider.acceptance !== undefined)
      .map(({ name: provider }) => {
        const placed = found.filter(({ name }) => placedAt(provider).includes(name));
        return [provider, { attestationSigners: scanner.policy, images: placed.map(({ image }) => image.digest) }];
      }),
  );
  const derived = own.rehearsals.deriveStacks(factory, { ...material, acceptance });
  const stacks: [string, Sections][] = [["trust", derived.trust]];
  for (const [provider, { infrastructure, workloads }] of Object.entries(derived.providers)) {
    const releases = placedAt(provider).sort();
    const handover = join(directory, `for-${provider}`);
    place(handover, documents);
    if (acceptance[provider] !== undefined)
      place(
        handover,
        found.map((release) => ({
          name: own.judging.attestationsFileName(release.name),
          text: own.attesting.simulatedAttestations(release, scanner.key, new Date()),
        })),
      );
    stacks.push([`${provider}/infrastructure`, infrastructure]);
    stacks.push([`${provider}/workloads`, workloads({ directory: handover, releases })]);
  }
  return { stacks, releases: found };
}

async function signedBy(own: OwnCode, release: Release, keys: readonly KeyObject[]) {
  const { signRelease, unsignedDocument, documentText, documentFileName } = own.documents;
  let document = unsignedDocument(release);
  for (const key of keys) document = await signRelease({ document, key });
  return { name: documentFileName(release.name), text: documentText(document) };
}

/** Releases of a party's own stack: computed from what the model owner declares, or as they were handed over. */
function ownReleases(own: OwnCode, sections: Sections): readonly Release[] {
  const config = own.loading.parseConfig(sections);
  if (config.role === "trust") return declared(own, config);
  return config.role === "workloads" ? handedOver(own, config) : [];
}

function declared(own: OwnCode, config: TrustConfig): readonly Release[] {
  return config.models.map(({ name }) => {
    const signed = readSigned(own, config.releases, name);
    return signed ?? own.releases.computedRelease(config, name, issue);
  });
}

function handedOver(own: OwnCode, config: WorkloadsConfig): readonly Release[] {
  return config.releases.flatMap((name) => readSigned(own, config.handover, name) ?? []);
}

/** A release as it lies in a directory; the preview has checked who signed it. */
function readSigned(own: OwnCode, directory: string, name: string): Release | undefined {
  const text = own.read(join(directory, own.documents.documentFileName(name)));
  const reading = text === undefined ? undefined : own.readings.readDocument(text);
  if (!reading || "refusal" in reading) return undefined;
  const content = own.payloads.readPayload(reading.document);
  return "refusal" in content ? undefined : content.release;
}

function rulesOf(own: OwnCode, packRoot: string, pack: string): ReviewedRule[] {
  const module = own.at(packRoot, `policies/packs/${pack}/pack`) as Record<string, Pack>;
  const { tenants } = own.at(packRoot, "policies/rule") as typeof rules;
  return (module[pack]?.selection ?? []).map(({ rule, level }) => ({
    id: rule.id,
    title: rule.title,
    pillar: rule.pillar,
    severity: rule.severity,
    level,
    protects: rule.protects ?? tenants,
    platforms: rule.platforms,
    ...(rule.isolationUnit && { isolationUnit: rule.isolationUnit }),
    url: rule.source.url,
  }));
}
