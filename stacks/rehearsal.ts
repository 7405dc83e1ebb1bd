import type { Factory } from "./config/factory";

/** What a party's stack is given: plain sections of its own configuration, by key. */
export type Sections = Readonly<Record<string, unknown>>;

export interface DerivedStacks {
  readonly trust: Sections;
  /** By provider name. */
  readonly providers: Readonly<
    Record<string, { readonly infrastructure: Sections; readonly workloads: (handover: Handover) => Sections }>
  >;
}

/** What a provider learns from the model owner: a directory of release files and the digests agreed upon. */
export interface Handover {
  readonly directory: string;
  readonly releaseDigests: Readonly<Record<string, string>>;
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
export function deriveStacks(factory: Factory, keyBrokerCa: string): DerivedStacks {
  const { parties, platform, isolationUnit, attestation, models } = factory;
  // A set is handed on by name: the versions follow from it.
  const common = {
    isolationUnit,
    platform: { set: platform.set, charts: platform.charts },
    parties,
    simulated: true,
  };
  return {
    trust: {
      role: "trust",
      ...common,
      cluster: { context: contexts.trust },
      attestation: { ...attestation, keyBroker: { ...attestation.keyBroker, caCertificate: keyBrokerCa } },
      models,
    },
    providers: Object.fromEntries(
      factory.providers.map((provider) => {
        const own = { ...common, provider: provider.name, providers: [provider] };
        return [
          provider.name,
          {
            infrastructure: {
              role: "infrastructure",
              ...own,
              cluster: { context: contexts.provider(provider.name) },
              deployer: deployerUser,
            },
            workloads: (handover: Handover) => ({
              role: "workloads",
              ...own,
              cluster: { context: contexts.deployer(provider.name) },
              handover: handover.directory,
              releaseDigests: handover.releaseDigests,
            }),
          },
        ];
      }),
    ),
  };
}
