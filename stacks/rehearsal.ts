import type { Acceptance } from "./config/acceptance";
import type { SignerPolicy } from "../components/workload/release/signers";
import type { Factory } from "./config/factory";
import type { Shard } from "./config/shard";

/** What a party's stack is given: plain sections of its own configuration, by key. */
export type Sections = Readonly<Record<string, unknown>>;

export interface DerivedStacks {
  readonly trust: Sections;
  /** By provider name. */
  readonly providers: Readonly<
    Record<
      string,
      { readonly infrastructure: Sections; readonly workloads: (handover: Handover, shard?: Shard) => Sections }
    >
  >;
}

/** What a provider gets from the model owner: a directory of signed releases, and which of them to place. */
export interface Handover {
  readonly directory: string;
  readonly releases: readonly string[];
}

/** What a rehearsal makes itself, where real parties have their own. */
export interface RehearsalMaterial {
  /** PEM of the CA of the model owner's key broker. */
  readonly keyBrokerCa: string;
  readonly signers: SignerPolicy;
  /** Directory with the model owner's signed releases. */
  readonly releases: string;
  /** By provider name: who attests images to it, and which it has accepted. */
  readonly acceptance?: Readonly<Record<string, Pick<Acceptance, "attestationSigners" | "images">>>;
}

/** Names that the local control planes give to each party's credentials. */
export const contexts = {
  trust: "trust",
  provider: (name: string) => `provider-${name}`,
  deployer: (name: string) => `deployer-${name}`,
} as const;

/** User of the credentials that place releases; bound by TenantNamespace to one namespace. */
export const deployerUser = "trustfoundry-deployer";

/**
 * Derives from one factory description what each party's stacks are configured with, and no more: the model owner's
 * stack never sees hosts, a provider's stacks never see models, keys or attestation settings.
 */
export function deriveStacks(factory: Factory, material: RehearsalMaterial): DerivedStacks {
  const { parties, platform, isolationUnit, attestation, models } = factory;
  // A set is handed on by name: the versions follow from it.
  const common = {
    factory: factory.factory,
    isolationUnit,
    platform: { set: platform.set, charts: platform.charts },
    parties,
    simulated: true,
    ...(factory.exceptions.length > 0 && { exceptions: factory.exceptions }),
    ...(factory.admission !== "baseline" && { admission: factory.admission }),
  };
  return {
    trust: {
      role: "trust",
      ...common,
      cluster: { context: contexts.trust },
      attestation: rehearsedAttestation(attestation, material.keyBrokerCa),
      models,
      ...(factory.guestImage !== undefined && { guestImage: factory.guestImage }),
      releases: material.releases,
      signers: material.signers,
    },
    providers: Object.fromEntries(
      factory.providers.map((provider) => {
        const own = { ...common, provider: provider.name, providers: [withAcceptance(provider, material)] };
        return [
          provider.name,
          {
            infrastructure: {
              role: "infrastructure",
              ...own,
              cluster: { context: contexts.provider(provider.name) },
              deployer: deployerUser,
            },
            workloads: (handover: Handover, shard?: Shard) => ({
              role: "workloads",
              ...own,
              cluster: { context: contexts.deployer(provider.name) },
              handover: handover.directory,
              releases: handover.releases,
              ...(shard && { shard }),
              signers: material.signers,
            }),
          },
        ];
      }),
    ),
  };
}

function withAcceptance(provider: Factory["providers"][number], { acceptance }: RehearsalMaterial) {
  return provider.acceptance
    ? { ...provider, acceptance: { ...provider.acceptance, ...acceptance?.[provider.name] } }
    : provider;
}

/** Without what names services and objects of the real cluster: a rehearsal has none of them, and its keys are made up. */
function rehearsedAttestation(attestation: Factory["attestation"], caCertificate: string) {
  const without = <T extends object>(value: T, names: readonly (keyof T)[]) =>
    Object.fromEntries(Object.entries(value).filter(([key]) => !names.some((name) => name === key)));
  return {
    ...without(attestation, ["keyStore", "keyAuthority", "resourcesSecret", "vcekCache"]),
    keyBroker: { ...without(attestation.keyBroker, ["sessions"]), caCertificate },
  };
}
