import * as pulumi from "@pulumi/pulumi";
import type { AdmissionPolicies } from "../components/cluster/admissionPolicies";
import { NodeMode } from "../components/cluster/nodeMode";
import type { TenantAcceptance } from "../components/cluster/tenantAcceptance";
import { TenantNamespace } from "../components/cluster/tenantNamespace";
import type { TenantPlatform } from "../components/cluster/tenantRules";
import { quotaOfHosts } from "../components/cluster/tenantRules";
import { undemanding } from "./acceptance";
import { placeAdmission } from "./admission";
import { clusterProvider, requireReachable } from "./cluster";
import type { Environment } from "./cluster";
import { ConfigurationError, location } from "./config/errors";
import type { InfrastructureConfig } from "./config/factory";
import type { BareMetalProvider } from "./config/providers";

/** What programs give their components: the one Kubernetes provider of the stack. */
export interface ClusterOptions {
  readonly provider: pulumi.ProviderResource;
}

/** The provider's cluster, which has to be named and to answer. */
export async function reachableCluster(
  { cluster, provider }: InfrastructureConfig,
  environment: Environment,
): Promise<{ readonly context: string; readonly opts: ClusterOptions }> {
  if (!cluster) throw new ConfigurationError([`${location(["cluster"])}: missing; name the provider's cluster`]);
  await requireReachable(cluster.context, environment);
  return { context: cluster.context, opts: { provider: clusterProvider(provider, cluster.context) } };
}

/** Says what a stack warns of at each preview. */
export async function warn(...warnings: readonly (string | undefined)[]): Promise<void> {
  for (const warning of warnings) if (warning) await pulumi.log.warn(warning);
}

/** That a provider demands nothing of its tenant, where it does not. */
export function undemandingOf({ name, acceptance }: BareMetalProvider): string | undefined {
  return acceptance ? undefined : undemanding(name);
}

/** What is the same under every distribution, before operators come: what is refused, and what each host is for. */
export interface CommonLayer {
  readonly admission: AdmissionPolicies;
  readonly accepted: TenantAcceptance | undefined;
  readonly nodeMode: NodeMode;
}

export function placeCommonLayer(
  config: InfrastructureConfig,
  provider: BareMetalProvider,
  opts: ClusterOptions,
): CommonLayer {
  const { hosts, acceptance } = provider;
  const { admission, accepted } = placeAdmission(config, provider, opts);
  const nodeMode = new NodeMode(
    "node-mode",
    { hosts, ...(acceptance?.dedicatedNodes && { dedicatedTo: config.parties.modelOwner }) },
    opts,
  );
  return { admission, accepted, nodeMode };
}

/** The model owner's namespace at the provider. */
export function placeTenant(
  config: InfrastructureConfig,
  { hosts, keyBrokerCidrs, registryCidrs, acceptance }: BareMetalProvider,
  kubernetesVersion: string,
  platform: TenantPlatform,
  opts: ClusterOptions,
): TenantNamespace {
  return new TenantNamespace(
    "tenant",
    {
      namespace: config.parties.modelOwner,
      deployer: config.deployer,
      deployerReadsEvents: config.deployerReadsEvents,
      keyBrokerCidrs,
      registryCidrs,
      verifierCidrs: acceptance?.verifierCidrs,
      quota: acceptance?.quota ?? quotaOfHosts(hosts),
      kubernetesVersion,
      platform,
    },
    opts,
  );
}
