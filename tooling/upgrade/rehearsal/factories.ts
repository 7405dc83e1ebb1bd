import { canonicalJson } from "../../../components/names";
import type { Release } from "../../../components/workload/release";
import { guestIdentity } from "../../../components/workload/guestIdentity";
import type { Factory, TrustConfig } from "../../../stacks/config/factory";
import { parseAs } from "../../../stacks/config/load";
import { deriveStacks } from "../../../stacks/rehearsal";
import { computedRelease } from "../../../stacks/releases";
import type { SignerPolicy } from "../../../components/workload/release/signers";
import { UserError } from "../../ui";
import type { ReleasePair, Side, UpgradePlan } from "../plan";
import { modelChanges, planProblems } from "../plan";
import { rolloutWords } from "../rollout";

/** Both ends of a rehearsed upgrade. */
export type Factories = Readonly<Record<Side, Factory>>;

/** Sections that an upgrade changes; all others stay as they are meanwhile. */
const changeable: readonly (keyof Factory)[] = ["platform", "guestImage", "attestation", "models"];

/** Without rollovers by hand: an upgrade has its own. */
export function withoutRollovers(factory: Factory): Factory {
  return { ...factory, models: factory.models.map(({ formerReleaseUntil: _, ...model }) => model) };
}

/** What the model owner's releases follow from. */
export function trustConfigOf(
  factory: Factory,
  keyBrokerCa: string,
  releases: string,
  signers: SignerPolicy,
): TrustConfig {
  return parseAs("trust", deriveStacks(factory, { keyBrokerCa, signers, releases }).trust);
}

/** The release of each model as either end declares it, with number and validity of the one in force. */
export function releasePairs(configs: Readonly<Record<Side, TrustConfig>>, inForce: readonly Release[]): ReleasePair[] {
  return configs.next.models.flatMap((model) => {
    const current = inForce.find(({ name }) => name === model.name);
    if (!current) return [];
    const { history, validity } = current;
    const of = (side: Side) => computedRelease(configs[side], model.name, { history, validity });
    return [{ former: of("former"), next: of("next"), providers: model.providers }];
  });
}

export interface PlanArgs {
  readonly factories: Factories;
  readonly configs: Readonly<Record<Side, TrustConfig>>;
  readonly inForce: readonly Release[];
  readonly until: string;
  readonly title: string;
}

/** What has to be done to get from one description of a factory to another; refuses what is no upgrade. */
export function planUpgrade({ factories, configs, inForce, until, title }: PlanArgs): UpgradePlan {
  const { former, next } = factories;
  const pairs = releasePairs(configs, inForce);
  const changed = pairs.filter((pair) => guestIdentity(pair.former) !== guestIdentity(pair.next));
  const platform = platformWords(former, next);
  const problems = [
    ...otherChanges(factories),
    ...modelsProblems(factories),
    ...planProblems(pairs, platform.hosts.length > 0),
  ];
  if (problems.length > 0)
    throw new UserError("This is no upgrade that can be made step by step:", undefined, problems);
  const models = modelChanges(pairs);
  const providers = next.providers.flatMap((provider) => {
    const own = models.filter((model) => model.providers.includes(provider.name));
    const images = changed.filter(
      (pair) => pair.providers.includes(provider.name) && pair.former.image.digest !== pair.next.image.digest,
    );
    const accepts = provider.acceptance !== undefined && images.length > 0;
    const names = images.map((pair) => pair.next.name).join(", ");
    const hosts = [
      ...platform.hosts,
      ...firmwareWords(
        own.map(({ name }) => pairs.find((pair) => pair.next.name === name)).filter((pair) => pair !== undefined),
      ),
      ...(accepts ? [`accept the next images of ${names} beside those in force`] : []),
    ];
    if (own.length === 0 && hosts.length === 0) return [];
    const rolls = next.models.filter(({ name }) => own.some((model) => model.name === name && model.rolls));
    return [
      {
        name: provider.name,
        hosts,
        tidy: accepts ? [`accept the former images of ${names} no longer`] : [],
        rollouts: rolls.map((model) => rolloutWords(model, next.models, provider)),
      },
    ];
  });
  if (models.length === 0 && providers.length === 0)
    throw new UserError("Nothing to upgrade: both descriptions give the same releases, hosts and key broker.");
  return {
    formatVersion: 1,
    kind: "upgrade",
    title,
    owner: next.parties.modelOwner,
    until,
    models,
    providers,
    keyBroker: platform.keyBroker,
  };
}

function platformWords({ platform: { versions: a } }: Factory, { platform: { versions: b } }: Factory) {
  const said = (name: string, key: keyof typeof a) =>
    a[key] === b[key] ? [] : [`${name} ${short(b[key])} instead of ${short(a[key])}`];
  return {
    hosts: [
      ...said("Kata with its guest image", "kata"),
      ...said("GPU Operator", "gpuOperator"),
      ...said("Node Feature Discovery", "nfd"),
    ],
    keyBroker: said("Trustee", "trustee"),
  };
}

const short = (version: string) => (/^[0-9a-f]{40}$/.test(version) ? version.slice(0, 12) : version);

/** A floor is raised by the owner's release, and kept by the provider's hosts. */
function firmwareWords(pairs: readonly ReleasePair[]): string[] {
  const raised = pairs.filter(({ former, next }) => canonicalJson(former.tcb) !== canonicalJson(next.tcb));
  return raised.length === 0
    ? []
    : [
        `bring firmware to what ${raised.map(({ next }) => next.name).join(", ")} will demand (docs/firmware.md), before anything is placed`,
      ];
}

function otherChanges({ former, next }: Factories): string[] {
  const plain = (factory: Factory) => factory as unknown as Readonly<Record<string, unknown>>;
  return [...new Set([...Object.keys(former), ...Object.keys(next)])]
    .filter((section) => !changeable.some((each) => each === section))
    .filter((section) => canonicalJson(plain(former)[section] ?? null) !== canonicalJson(plain(next)[section] ?? null))
    .map(
      (section) =>
        `trustfoundry:${section}: changes, too; change it by itself with \`npm run rehearse\`, before or after`,
    );
}

function modelsProblems({ former, next }: Factories): string[] {
  const names = (factory: Factory) => factory.models.map(({ name }) => name);
  const moved = next.models.filter((model) => {
    const before = former.models.find(({ name }) => name === model.name);
    return before && canonicalJson([...before.providers].sort()) !== canonicalJson([...model.providers].sort());
  });
  return [
    ...names(next)
      .filter((name) => !names(former).includes(name))
      .map((name) => `${name}: is new; add it by itself with \`npm run rehearse\``),
    ...names(former)
      .filter((name) => !names(next).includes(name))
      .map((name) => `${name}: goes; take it out by itself with \`npm run rehearse\``),
    ...moved.map(({ name }) => `${name}: changes its providers; do that by itself with \`npm run rehearse\``),
  ];
}
