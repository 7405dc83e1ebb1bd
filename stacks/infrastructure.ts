import * as pulumi from "@pulumi/pulumi";
import { pinProblems } from "../components/chartSource";
import { GpuOperator } from "../components/cluster/gpuOperator";
import { KubeletSettings } from "../components/cluster/kubelet";
import { NodeFeatures } from "../components/cluster/nodeFeatures";
import { NodeMode } from "../components/cluster/nodeMode";
import { TenantNamespace } from "../components/cluster/tenantNamespace";
import { quotaOfHosts } from "../components/cluster/tenantRules";
import { platformSets } from "../components/platform";
import { Kata } from "../components/runtime/kata";
import { distributionWarning } from "../components/runtime/kataValues";
import { undemanding } from "./acceptance";
import { placeAdditions } from "./additions/additions";
import { placeAdmission } from "./admission";
import { cloudInfrastructure } from "./clouds/infrastructure";
import { clusterProvider, requireReachable } from "./cluster";
import type { Environment } from "./cluster";
import { ConfigurationError, location } from "./config/errors";
import type { InfrastructureConfig } from "./config/factory";
import { isBareMetal, providerNamed } from "./config/providers";
import { chartPlacement } from "./placement";
import { projectDirectory } from "./project";

/**
 * A provider's hosts made ready for confidential pods, and a namespace for the model owner. Knows no model, no key and
 * nothing of attestation.
 */
export async function infrastructure(
  config: InfrastructureConfig,
  environment: Environment,
): Promise<Record<string, unknown>> {
  const provider = providerNamed(config.provider, config.providers);
  if (!isBareMetal(provider)) return cloudInfrastructure(config, provider, environment);
  const { distribution } = provider;
  if (distribution === "openshift")
    return (await import("./openshift/infrastructure.js")).openshiftInfrastructure(config, provider, environment);
  const { cluster } = config;
  if (!cluster) throw new ConfigurationError([`${location(["cluster"])}: missing; name the provider's cluster`]);
  const placement = chartPlacement(config, projectDirectory(environment));
  const unpinned = pinProblems("infrastructureProvider", placement);
  if (unpinned.length > 0) throw new ConfigurationError(unpinned);
  await requireReachable(cluster.context, environment);

  const { hosts, kubernetesVersion, acceptance } = provider;
  const namespace = config.parties.modelOwner;
  for (const warning of [
    ...platformSets[placement.platformSet].warnings,
    distributionWarning(distribution),
    acceptance ? undefined : undemanding(provider.name),
  ])
    if (warning) await pulumi.log.warn(warning);
  const opts = { provider: clusterProvider(config.provider, cluster.context) };
  const { admission, accepted } = placeAdmission(config, provider, opts);
  const kubelet = new KubeletSettings("kubelet-settings", { kubernetesVersion }, opts);
  const nodeMode = new NodeMode(
    "node-mode",
    { hosts, ...(acceptance?.dedicatedNodes && { dedicatedTo: namespace }) },
    opts,
  );
  const nodeFeatures = new NodeFeatures("node-features", { placement }, opts);
  // Both wait for NFD and for the hosts' labels; in the documented order TEE labels would be missing for good.
  const kata = new Kata("kata", { placement, distribution, nodeFeatures, nodeMode }, opts);
  const gpuOperator = new GpuOperator("gpu-operator", { placement, hosts, nodeFeatures, nodeMode }, opts);
  const tenant = new TenantNamespace(
    "tenant",
    {
      namespace,
      deployer: config.deployer,
      keyBrokerCidrs: provider.keyBrokerCidrs,
      registryCidrs: provider.registryCidrs,
      verifierCidrs: acceptance?.verifierCidrs,
      quota: acceptance?.quota ?? quotaOfHosts(hosts),
      kubernetesVersion,
    },
    opts,
  );
  return {
    admissionPolicies: admission.policyNames,
    hosts: nodeMode.hostNames,
    kubeletSettings: { configMap: kubelet.configMap, sha256: kubelet.digest },
    namespaces: {
      gpuOperator: gpuOperator.namespace,
      kata: kata.namespace,
      nodeFeatures: nodeFeatures.namespace,
      tenant: tenant.namespaceName,
    },
    runtimeClasses: kata.runtimeClassNames,
    ...(accepted && { acceptanceOf: accepted.tenants }),
    ...placeAdditions({ config, provider, placement, opts, tenant, nodeFeatures }),
  };
}
