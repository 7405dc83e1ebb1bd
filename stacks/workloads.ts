import * as pulumi from "@pulumi/pulumi";
import { ConfidentialWorkload } from "../components/workload/confidentialWorkload";
import { clusterProvider, requireReachable } from "./cluster";
import type { Environment } from "./cluster";
import { ConfigurationError, location } from "./config/errors";
import type { WorkloadsConfig } from "./config/factory";
import { isBareMetal, providerNamed } from "./config/providers";
import { acceptedReleases } from "./acceptance";
import { misplacedReleases } from "./openshift/releases";
import { projectDirectory } from "./project";
import { keepShard, promiseOf, releasesOfShard } from "./shards";
import { Window } from "./window";

/** Workloads that are being registered at a time: more than an engine works on, and few enough to be held in memory. */
const mostUnderWay = Math.max(
  64,
  // What people set, and what the engine's language host says of `--parallel`.
  ...["PULUMI_PARALLEL", "PULUMI_NODEJS_PARALLEL"].map((name) => Number(process.env[name]) || 0),
);

/**
 * Places the model owner's releases at one provider, as far as the provider accepts them. Reads files that were handed
 * over, and nobody's state.
 */
export async function workloads(config: WorkloadsConfig, environment: Environment): Promise<Record<string, unknown>> {
  const provider = providerNamed(config.provider, config.providers);
  if (!isBareMetal(provider))
    throw new ConfigurationError([`${location(["providers"])} (${provider.name}): has no hosts for confidential pods`]);
  const own = releasesOfShard(config.releases, config.shard);
  const { releases, warnings } = await acceptedReleases(
    config,
    provider,
    new Date(),
    projectDirectory(environment),
    new Set(own),
  );
  const misplaced = misplacedReleases(config, provider, releases);
  if (misplaced.length > 0) throw new ConfigurationError(misplaced);
  await requireReachable(config.cluster.context, environment);

  for (const warning of warnings) await pulumi.log.warn(warning);
  await keepShard(config.shard);

  const cluster = clusterProvider(config.provider, config.cluster.context);
  const placed: [string, object][] = [];
  const underWay = new Window(mostUnderWay);
  for (const { release, digest } of releases) {
    // What is registered is held in memory several times over until the engine has taken it: some hundred KiB a workload.
    await underWay.enter();
    const workload = new ConfidentialWorkload(
      release.name,
      {
        release,
        namespace: config.parties.modelOwner,
        dedicatedTo: provider.acceptance?.dedicatedNodes ? config.parties.modelOwner : undefined,
        storageClassName: provider.trustedStorageClass,
        surge: provider.surge?.includes(release.name) ?? false,
        ingressNamespace: provider.ingressNamespace,
        awaitReadiness: release.awaitReadiness,
      },
      { provider: cluster },
    );
    // A failure is the engine's to tell; here it only makes room.
    void promiseOf(workload.workloadName)
      .catch(() => undefined)
      .then(() => underWay.leave());
    placed.push([
      release.name,
      {
        service: workload.serviceName,
        modelVersion: release.modelVersion,
        release: digest,
        initDataDigest: release.initData.digest,
      },
    ]);
  }
  return { placed: Object.fromEntries(placed) };
}
