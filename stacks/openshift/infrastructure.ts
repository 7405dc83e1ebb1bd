import { OpenshiftGpuOperator } from "../../components/openshift/gpuOperator";
import { kubernetesVersionOf } from "../../components/openshift/hostProblems";
import { OpenshiftHosts } from "../../components/openshift/hosts";
import { OpenshiftMirror } from "../../components/openshift/mirror";
import { OpenshiftNodeFeatures } from "../../components/openshift/nodeFeatures";
import { SandboxedContainers } from "../../components/openshift/sandboxedContainers";
import { additionProblems, additionWarnings, placeAdditions } from "../additions/additions";
import { placeCommonLayer, placeTenant, reachableCluster, undemandingOf, warn } from "../bareMetal";
import type { Environment } from "../cluster";
import { ConfigurationError, location } from "../config/errors";
import type { InfrastructureConfig } from "../config/factory";
import type { BareMetalProvider } from "../config/providers";
import { ownLocation } from "../own";
import { chartPlacement } from "../placement";
import { projectDirectory } from "../project";
import { providerOperators } from "./operators";

/**
 * A provider's hosts under OpenShift: the same layers as on Kubernetes, by Red Hat's operators. Operators ask to be
 * approved all at once; what they are given comes one after the other: node features, kernel and kubelet of the hosts, Kata,
 * GPUs.
 */
export async function openshiftInfrastructure(
  config: InfrastructureConfig,
  provider: BareMetalProvider,
  environment: Environment,
): Promise<Record<string, unknown>> {
  const { openshift, hosts } = provider;
  if (!openshift) throw new ConfigurationError([`${location(["providers"])} (${provider.name}): openshift is missing`]);
  const operators = providerOperators(openshift);
  const directory = projectDirectory(environment);
  const placement = chartPlacement(config, directory);
  const problems = additionProblems(provider, directory, placement).map(
    (problem) => `${ownLocation(config)}.${problem}`,
  );
  if (problems.length > 0) throw new ConfigurationError(problems);
  const { context, opts } = await reachableCluster(config, environment);
  await warn(undemandingOf(provider), ...additionWarnings(config, provider));

  const installation = {
    approveBy: `npm run trustfoundry -- openshift approve --context ${context}`,
    approvalTimeoutSeconds: openshift.approvalTimeoutMinutes * 60,
  };
  const { pool } = openshift;
  const poolTimeoutSeconds = openshift.poolTimeoutMinutes * 60;
  const [first, ...others] = openshift.mirrors;
  // Before operators: their images are not to be had otherwise.
  const mirror = first && new OpenshiftMirror("mirror", { mirrors: [first, ...others] }, opts);
  const afterMirror = { ...opts, ...(mirror && { dependsOn: [mirror] }) };

  const { admission, accepted, nodeMode } = placeCommonLayer(config, provider, opts);
  const nodeFeatures = new OpenshiftNodeFeatures(
    "node-features",
    { operator: operators.nodeFeatures, ...installation },
    afterMirror,
  );
  const hostSettings = new OpenshiftHosts("hosts", { hosts, pool, poolTimeoutSeconds, after: [nodeFeatures] }, opts);
  const kata = new SandboxedContainers(
    "kata",
    {
      operator: operators.sandboxedContainers,
      ...installation,
      pool,
      poolTimeoutSeconds,
      hosts: hostSettings,
      after: [nodeFeatures, nodeMode],
    },
    afterMirror,
  );
  const gpuOperator = new OpenshiftGpuOperator(
    "gpu-operator",
    { operator: operators.gpu, ...installation, hosts, after: [nodeFeatures, nodeMode, kata] },
    afterMirror,
  );
  const tenant = placeTenant(config, provider, kubernetesVersionOf(openshift.version), "openshift", opts);
  return {
    admissionPolicies: admission.policyNames,
    hosts: nodeMode.hostNames,
    machineConfigs: hostSettings.machineConfigNames,
    namespaces: {
      gpuOperator: gpuOperator.namespace,
      kata: kata.namespace,
      nodeFeatures: nodeFeatures.namespace,
      tenant: tenant.namespaceName,
    },
    runtimeClasses: kata.runtimeClassNames,
    ...(mirror && { mirroredRegistries: mirror.sources }),
    ...(accepted && { acceptanceOf: accepted.tenants }),
    ...placeAdditions({
      provider,
      placement,
      directory,
      opts,
      tenant,
      nodeFeatures,
      approval: installation,
    }),
  };
}
