import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { CatalogPart } from "../../components/catalog";
import type { ChartPlacement } from "../../components/chartSource";
import { pinProblems } from "../../components/chartSource";
import { gkeDriverUrl, readDriverManifest } from "../../components/cluster/gkeDriverManifest";
import { GkeGpuDriver } from "../../components/cluster/gkeGpuDriver";
import { NodeFeatures } from "../../components/cluster/nodeFeatures";
import { NodeGpuOperator } from "../../components/cluster/nodeGpuOperator";
import { TenantNamespace } from "../../components/cluster/tenantNamespace";
import { cloudNodeTolerations } from "../../components/host/hardware";
import { PeerPods } from "../../components/runtime/peerPods";
import { peerPodProblems, peerPodWarnings } from "../../components/runtime/peerPodProblems";
import type { PeerPodsSettings } from "../../components/runtime/peerPodsValues";
import { undemanding } from "../acceptance";
import { placeAdmission } from "../admission";
import type { Environment } from "../cluster";
import { clusterProvider, requireReachable } from "../cluster";
import { ConfigurationError } from "../config/errors";
import type { InfrastructureConfig } from "../config/factory";
import type { Provider } from "../config/providers";
import { chartPlacement } from "../placement";
import { projectDirectory } from "../project";
import type { CloudNodes } from "./nodes";
import { ownLocation } from "../own";
import { peerPodsOf } from "./peerPods";
import { nodesQuota } from "./quota";

/** What will be placed in a cluster, which has answered. */
export interface ClusterPlan {
  /** Its kubeconfig context. */
  readonly context: string;
  readonly placement: ChartPlacement;
  readonly driver: Driver | undefined;
  readonly peers: PeerPodsSettings | undefined;
}

/**
 * What will be placed in the cluster. Throws where it cannot be, or where the cluster does not answer: asked before anything
 * of the cloud's is registered, since an update that was not previewed would make that first.
 */
export async function planForCluster(
  config: InfrastructureConfig,
  context: string,
  provider: Provider,
  environment: Environment,
): Promise<ClusterPlan> {
  const here = ownLocation(config);
  const directory = projectDirectory(environment);
  const placement = chartPlacement(config, directory);
  const driver = driverOf(provider, directory);
  const peers = peerPodsOf(provider);
  const parts: CatalogPart[] = [
    ...(driver === "operator" ? ["nodes" as const] : []),
    ...(peers ? ["peerPods" as const] : []),
  ];
  const problems = [
    ...(parts.length > 0 ? pinProblems("infrastructureProvider", placement, undefined, parts) : []),
    ...(peers ? peerPodProblems(peers).map((problem) => `${here}.peerPods.${problem}`) : []),
    ...(typeof driver === "object" && "problem" in driver ? [`${here}.gcp.driverManifest${driver.problem}`] : []),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  await requireReachable(context, environment);
  return { context, placement, driver, peers };
}

/**
 * What a cloud's cluster needs inside, once there is one: admission policies, driver, a namespace for the tenant. All of it
 * waits for the pools, and is removed before them.
 */
export async function clusterOfNodes(
  config: InfrastructureConfig,
  { context, placement, driver, peers }: ClusterPlan,
  provider: Provider,
  nodes: CloudNodes,
): Promise<Record<string, unknown>> {
  const here = ownLocation(config);
  const { acceptance } = provider;
  const namespace = config.parties.modelOwner;
  for (const warning of [
    ...(peers ? peerPodWarnings(peers).map((text) => `${here}.peerPods: ${text}`) : []),
    ...(acceptance ? [] : [undemanding(provider.name)]),
  ])
    await pulumi.log.warn(warning);

  const opts = { provider: clusterProvider(config.provider, context), dependsOn: [...nodes.pools] };
  const { admission, accepted } = placeAdmission(config, provider, opts);
  const operator = driver === "operator" ? placeOperator(placement, opts) : undefined;
  const daemonSet =
    driver && typeof driver === "object" && "manifest" in driver
      ? new GkeGpuDriver("gpu-driver", driver, opts)
      : undefined;
  const tenant = new TenantNamespace(
    "tenant",
    {
      namespace,
      deployer: config.deployer,
      deployerReadsEvents: config.deployerReadsEvents,
      keyBrokerCidrs: provider.keyBrokerCidrs,
      registryCidrs: provider.registryCidrs,
      verifierCidrs: acceptance?.verifierCidrs,
      quota: acceptance?.quota ?? nodesQuota(provider),
      devices: "onNode",
      kubernetesVersion: kubernetesVersionOf(provider),
    },
    opts,
  );
  const peerPods = peers && new PeerPods("peer-pods", { ...peers, placement, after: nodes.pools }, opts);
  return {
    admissionPolicies: admission.policyNames,
    namespaces: {
      ...(operator && { gpuOperator: operator.gpuOperator.namespace, nodeFeatures: operator.nodeFeatures.namespace }),
      ...(peerPods && { peerPods: peerPods.namespace }),
      tenant: tenant.namespaceName,
    },
    ...(daemonSet && { gpuDriver: { daemonSet: daemonSet.daemonSet, preloadedImages: daemonSet.preloadedImages } }),
    ...(peerPods && { peerPodRuntimeClass: peerPods.runtimeClassName }),
    ...(accepted && { acceptanceOf: accepted.tenants }),
  };
}

function placeOperator(placement: ChartPlacement, opts: pulumi.ComponentResourceOptions) {
  const nodeFeatures = new NodeFeatures("node-features", { placement, tolerations: cloudNodeTolerations }, opts);
  return { nodeFeatures, gpuOperator: new NodeGpuOperator("gpu-operator", { placement, nodeFeatures }, opts) };
}

/** Who brings the GPU driver: NVIDIA's operator, Google's DaemonSet, or nobody here (Google itself, or no pool). */
function driverOf({ azure, gcp }: Provider, directory: string): Driver | undefined {
  if (azure) return azure.nodePools.length > 0 ? "operator" : undefined;
  if (!gcp?.nodePools.some(({ gpuDriver }) => gpuDriver === "daemonSet")) return undefined;
  const { driverManifest } = gcp;
  if (!driverManifest)
    return {
      problem: `: is missing, and pools have gpuDriver daemonSet; fetch ${gkeDriverUrl}, read it, and write {file: <path>, sha256: <its SHA-256>}`,
    };
  const path = resolve(directory, driverManifest.file);
  if (!existsSync(path))
    return { problem: `.file: "${driverManifest.file}" is not there; fetch ${gkeDriverUrl}, or correct the path` };
  const manifest = readFileSync(path, "utf8");
  const reading = readDriverManifest(manifest, driverManifest.sha256);
  return "problem" in reading
    ? { problem: `.file: "${driverManifest.file}" ${reading.problem}` }
    : { manifest, sha256: driverManifest.sha256 };
}

type Driver = "operator" | { readonly manifest: string; readonly sha256: string } | { readonly problem: string };

/** Of the cluster that is made, or that the provider says it has. */
function kubernetesVersionOf({ azure, gcp, kubernetesVersion }: Provider): string {
  const cluster = azure?.cluster ?? gcp?.cluster;
  const stated =
    cluster && "kubernetesVersion" in cluster
      ? cluster.kubernetesVersion
      : cluster && "version" in cluster
        ? cluster.version
        : "";
  return /^1\.\d+/.exec(stated ?? "")?.[0] ?? kubernetesVersion;
}
