import { pinProblems } from "../components/chartSource";
import { GpuOperator } from "../components/cluster/gpuOperator";
import { KubeletSettings } from "../components/cluster/kubelet";
import { kubeletPlace } from "../components/cluster/kubeletPlace";
import { NodeFeatures } from "../components/cluster/nodeFeatures";
import { platformSets } from "../components/platform";
import { Kata } from "../components/runtime/kata";
import { distributionWarning } from "../components/runtime/kataValues";
import { additionProblems, additionWarnings, placeAdditions } from "./additions/additions";
import { placeCommonLayer, placeTenant, reachableCluster, undemandingOf, warn } from "./bareMetal";
import { cloudInfrastructure } from "./clouds/infrastructure";
import { ownLocation } from "./own";
import type { Environment } from "./cluster";
import { ConfigurationError } from "./config/errors";
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
  const directory = projectDirectory(environment);
  const placement = chartPlacement(config, directory);
  const problems = [
    ...pinProblems("infrastructureProvider", placement),
    ...additionProblems(provider, directory, placement).map((problem) => `${ownLocation(config)}.${problem}`),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  const { opts } = await reachableCluster(config, environment);

  const { hosts, kubernetesVersion } = provider;
  await warn(
    ...platformSets[placement.platformSet].warnings,
    distributionWarning(distribution, placement.platformSet),
    undemandingOf(provider),
    ...additionWarnings(config, provider),
  );
  const { admission, accepted, nodeMode } = placeCommonLayer(config, provider, opts);
  const kubelet = new KubeletSettings("kubelet-settings", { kubernetesVersion }, opts);
  const nodeFeatures = new NodeFeatures("node-features", { placement }, opts);
  // Both wait for NFD and for the hosts' labels; in the documented order TEE labels would be missing for good.
  const kata = new Kata("kata", { placement, distribution, nodeFeatures, nodeMode }, opts);
  const gpuOperator = new GpuOperator("gpu-operator", { placement, hosts, nodeFeatures, nodeMode }, opts);
  const tenant = placeTenant(config, provider, kubernetesVersion, "kubernetes", opts);
  return {
    admissionPolicies: admission.policyNames,
    hosts: nodeMode.hostNames,
    kubeletSettings: { configMap: kubelet.configMap, sha256: kubelet.digest, ...kubeletPlace(distribution) },
    namespaces: {
      gpuOperator: gpuOperator.namespace,
      kata: kata.namespace,
      nodeFeatures: nodeFeatures.namespace,
      tenant: tenant.namespaceName,
    },
    runtimeClasses: kata.runtimeClassNames,
    ...(accepted && { acceptanceOf: accepted.tenants }),
    ...placeAdditions({
      provider,
      placement,
      directory,
      opts,
      tenant,
      nodeFeatures,
      systemNamespace: kubelet.systemNamespace,
    }),
  };
}
