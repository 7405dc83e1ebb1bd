import { tokens } from "../../components/tokens";
import type { ClaimId } from "../../components/verdict/claims";
import type { Place } from "../../components/verdict/isolation";
import { keyAuthorityOf, trusteeKeyAuthority } from "../../components/verdict/keyAuthority";
import type { KeyAuthorityStatement } from "../../components/verdict/keyAuthority";
import { rules } from "../../policies/rules";
import { isBareMetal } from "../../stacks/config/providers";
import type { Provider } from "../../stacks/config/providers";
import { isSimulatedCloud } from "../review/simulated";
import { UserError } from "../ui";
import { sortedBy, unique } from "../review/text";
import type { FactoryReading, ReadRelease, StackReading } from "./reading";

/** The model owner's key broker, or keys at a cloud, as its stack was read. */
export interface TrustFacts {
  readonly stack: StackReading;
  readonly kind: "keyBroker" | "cloudKeys";
  readonly keyAuthority: KeyAuthorityStatement;
  /** Name or address that guests ask for keys. */
  readonly endpoint: string;
  /** Rego that decides about keys. */
  readonly policyText: string;
  readonly cluster: string;
}

export interface ReleaseFacts extends ReadRelease {
  readonly name: string;
  /** Whether the key broker's policy holds guests to it; undefined where no key broker was read. */
  readonly pinned: boolean | undefined;
}

/** One place of one provider. */
export interface SiteFacts {
  readonly provider: string;
  readonly place: Place;
  /** The provider's own settings. */
  readonly settings: Provider;
  readonly infrastructure?: StackReading;
  readonly workloads?: StackReading;
  /** Namespace of the model owner's pods. */
  readonly namespace: string;
  readonly releases: readonly ReleaseFacts[];
}

export interface Facts {
  readonly factory: string;
  readonly parties: { readonly modelOwner: string; readonly dataOwner: string };
  /** Made-up evidence, or clouds that were stood in for. */
  readonly simulated: boolean;
  readonly trust: readonly TrustFacts[];
  readonly sites: readonly SiteFacts[];
  readonly releases: readonly ReleaseFacts[];
  readonly dataOwnerSigns: boolean | undefined;
  /** What makes a claim untrue in a stack: rules that find something against it, exceptions or not. */
  readonly against: (claim: ClaimId, stacks: readonly StackReading[]) => readonly string[];
}

/** What is known of the factory, of one model owner and one data owner. Throws a UserError for stacks of different ones. */
export function factsOf({ stacks }: FactoryReading): Facts {
  const [first] = stacks;
  if (!first) throw new UserError("No stack was read; name at least one with --state or --preview.");
  const one = (what: string, of: (stack: StackReading) => string) => {
    const values = unique(stacks.map(of));
    if (values.length > 1)
      throw new UserError(
        `The stacks are not of one factory: ${what} is ${values.join(" in one and ")} in another; report on one at a time.`,
      );
    return values[0] ?? "";
  };
  const factory = one("factory", ({ config }) => config.factory);
  const modelOwner = one("modelOwner", ({ config }) => config.parties.modelOwner);
  const dataOwner = one("dataOwner", ({ config }) => config.parties.dataOwner);
  // A stack that a preview could not see whole proves nothing: as if it had not been read.
  const whole = stacks.filter(({ refusals }) => refusals.length === 0);
  const trust = whole.flatMap(trustOf);
  const releases = releasesOf(whole, trust);
  const signers = stacks.flatMap(({ config }) => ("signers" in config && config.signers ? [config.signers] : []));
  return {
    factory,
    parties: { modelOwner, dataOwner },
    simulated: stacks.some(isSimulated),
    trust,
    sites: sitesOf(stacks, modelOwner, releases),
    releases,
    // Every reader of releases has to ask for it: who does not would place what the data owner has never seen.
    dataOwnerSigns: signers.length === 0 ? undefined : signers.every((policy) => policy.dataOwner !== undefined),
    against,
  };
}

function isSimulated({ config, resources, releases, origin }: StackReading): boolean {
  return (
    ("simulated" in config && config.simulated) ||
    releases.some(({ release }) => release.simulated) ||
    (origin === "preview" && resources.some(({ type }) => isSimulatedCloud(type)))
  );
}

function trustOf(stack: StackReading): TrustFacts[] {
  const { config } = stack;
  if (config.role === "keys") {
    const place = "azure" in config && config.azure ? "azureNode" : "gcpSpace";
    const keyAuthority = keyAuthorityOf(place, "cloud");
    const endpoint = place === "azureNode" ? "a vault of Azure's" : "Google's Cloud KMS";
    return keyAuthority
      ? [{ stack, kind: "cloudKeys", keyAuthority, endpoint, policyText: "", cluster: "no cluster" }]
      : [];
  }
  if (config.role !== "trust" || !has(stack, tokens.trustee, tokens.openshiftTrustee)) return [];
  const { attestation, models, nodes, cluster } = config;
  const nodePlace = nodes.some(({ evidence }) => evidence.kind !== "tdx") ? "azureNode" : "gcpNode";
  return [
    {
      stack,
      kind: "keyBroker",
      keyAuthority: trusteeKeyAuthority(
        attestation.keyAuthority,
        attestation.service.kind,
        models.length > 0 || nodes.length === 0 ? "pod" : nodePlace,
      ),
      endpoint: attestation.keyBroker.dnsName,
      policyText: resourcePolicy(stack),
      cluster: cluster.context,
    },
  ];
}

/** The Rego in the ConfigMaps that the key broker mounts. */
function resourcePolicy({ resources }: StackReading): string {
  return resources
    .filter(({ type }) => type === "kubernetes:core/v1:ConfigMap")
    .flatMap(({ inputs }) => Object.values((inputs.data ?? {}) as Record<string, unknown>))
    .filter((text): text is string => typeof text === "string" && text.includes("resource-path"))
    .join("\n");
}

/** The same release may be read at its owner and at each provider; the owner's signatures come first. */
function releasesOf(stacks: readonly StackReading[], trust: readonly TrustFacts[]): ReleaseFacts[] {
  const byDigest = new Map<string, ReadRelease>();
  for (const role of ["trust", "workloads"])
    for (const stack of stacks.filter(({ config }) => config.role === role))
      for (const read of stack.releases) byDigest.set(read.digest, byDigest.get(read.digest) ?? read);
  const brokers = trust.filter(({ kind }) => kind === "keyBroker");
  const facts = [...byDigest.values()].map((read): ReleaseFacts => ({
    ...read,
    name: read.release.name,
    pinned: brokers.length === 0 ? undefined : brokers.some(({ policyText }) => isPinned(read, policyText)),
  }));
  return sortedBy(facts, ({ name, release }) => `${name} ${String(release.history.sequence).padStart(9, "0")}`);
}

/** Whether the release's own block has its measurement, its init-data, its GPUs. */
function isPinned({ release }: ReadRelease, policy: string): boolean {
  const { name, history, launch, initData, gpu } = release;
  const [, after = ""] = policy.split(`"${name}#${history.sequence}": {`);
  const block = after === "" ? "" : (after.split("\n\t},")[0] ?? "");
  const measured = Object.values({ ...launch.snp, ...launch.tdx });
  return (
    block.includes(initData.digest) &&
    measured.length > 0 &&
    measured.every((value) => block.includes(value)) &&
    new RegExp(`"gpus": ${gpu.count}\\b`).test(block)
  );
}

function sitesOf(stacks: readonly StackReading[], namespace: string, releases: readonly ReleaseFacts[]): SiteFacts[] {
  const settings = new Map<string, Provider>();
  for (const { config } of stacks)
    if ("providers" in config && config.role !== "rehearsal")
      for (const provider of config.providers)
        if (provider.name === config.provider) settings.set(provider.name, provider);
  return unique(settings.keys()).flatMap((name) => {
    const provider = settings.get(name);
    const own = (role: string) =>
      stacks.find(
        ({ config, refusals }) =>
          config.role === role && "provider" in config && config.provider === name && refusals.length === 0,
      );
    const [infrastructure, workloads] = [own("infrastructure"), own("workloads")];
    const placed = new Set(workloads?.releases.map(({ digest }) => digest));
    return !provider
      ? []
      : placesOf(provider, infrastructure).map((place) => ({
          provider: name,
          place,
          settings: provider,
          namespace,
          ...(infrastructure && { infrastructure }),
          ...(workloads && { workloads }),
          releases: place === "pod" ? releases.filter(({ digest }) => placed.has(digest)) : [],
        }));
  });
}

/** Where models run at a provider. What is configured and was not placed counts as well: nothing is claimed for it. */
function placesOf(provider: Provider, infrastructure: StackReading | undefined): Place[] {
  const { azure, gcp, peerPods, anjuna } = provider;
  const nodes = (stack: StackReading | undefined) =>
    stack === undefined || has(stack, tokens.gcpConfidentialNodePool, tokens.gcpConfidentialVm, tokens.gcpCluster);
  return [
    ...(isBareMetal(provider) ? (["pod"] as const) : []),
    ...(azure ? (["azureNode"] as const) : []),
    ...(gcp && (gcp.confidentialSpaces.length === 0 || nodes(infrastructure)) ? (["gcpNode"] as const) : []),
    ...(gcp && gcp.confidentialSpaces.length > 0 ? (["gcpSpace"] as const) : []),
    ...(peerPods ? (["peerPod"] as const) : []),
    ...(anjuna ? (["anjunaPod"] as const) : []),
  ];
}

/** Whether a stack has a resource of one of the types. */
export function has(stack: StackReading | undefined, ...types: readonly string[]): boolean {
  return stack?.resources.some(({ type }) => types.includes(type)) ?? false;
}

const claimsOf = new Map(rules.map(({ id, claims }) => [id, claims]));

function against(claim: ClaimId, stacks: readonly StackReading[]): string[] {
  const found = stacks.flatMap(({ policies }) => [...policies.findings, ...policies.borne]);
  return unique(
    found
      .filter(({ rule }) => claimsOf.get(rule)?.includes(claim))
      .map(({ rule, resource }) => `${rule} at ${resource}`),
  );
}
