import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ConfidentialWorkload } from "../components/workload/confidentialWorkload";
import { readReleaseFile, releaseFileName } from "../components/workload/releaseFile";
import type { Release } from "../components/workload/release";
import { clusterProvider, requireReachable } from "./cluster";
import type { Environment } from "./cluster";
import { ConfigurationError, location } from "./config/errors";
import type { WorkloadsConfig } from "./config/factory";
import { projectRoot } from "./project";

/** Places the model owner's releases at one provider. Reads files that were handed over, and nobody's state. */
export async function workloads(config: WorkloadsConfig, environment: Environment): Promise<Record<string, unknown>> {
  const releases = receivedReleases(config);
  const provider = config.providers.find(({ name }) => name === config.provider);
  if (!provider)
    throw new ConfigurationError([`${location(["provider"])}: "${config.provider}" is not among providers`]);
  await requireReachable(config.cluster.context, environment);

  const cluster = clusterProvider(config.provider, config.cluster.context);
  const placed = releases.map((release) => {
    const workload = new ConfidentialWorkload(
      release.name,
      {
        release,
        namespace: config.parties.modelOwner,
        storageClassName: provider.trustedStorageClass,
        ingressNamespace: provider.ingressNamespace,
        awaitReadiness: release.awaitReadiness,
      },
      { provider: cluster },
    );
    return [
      release.name,
      { service: workload.serviceName, modelVersion: release.modelVersion, initDataDigest: release.initData.digest },
    ];
  });
  return { placed: Object.fromEntries(placed) as Record<string, unknown> };
}

/** Opens every release that was agreed upon; says about all that are refused why. */
export function receivedReleases(
  config: Pick<WorkloadsConfig, "handover" | "releaseDigests" | "simulated" | "parties">,
): Release[] {
  const directory = resolve(projectRoot, config.handover);
  const problems: string[] = [];
  const releases: Release[] = [];
  for (const [name, digest] of Object.entries(config.releaseDigests).sort()) {
    const here = location(["releaseDigests", name]);
    const path = join(directory, releaseFileName(name));
    if (!existsSync(path)) {
      problems.push(
        `${here}: no file ${releaseFileName(name)} in ${config.handover}; put the model owner's file there, or remove the entry`,
      );
      continue;
    }
    const reading = readReleaseFile(readFileSync(path, "utf8"), digest);
    if ("refusal" in reading) problems.push(`${here}: ${releaseFileName(name)} ${reading.refusal}`);
    else if (reading.release.name !== name)
      problems.push(
        `${here}: ${releaseFileName(name)} is the release of ${reading.release.name}; name the entry after it`,
      );
    else if (reading.release.owner !== config.parties.modelOwner)
      problems.push(
        `${here}: was released by ${reading.release.owner}, not by ${config.parties.modelOwner}; correct parties.modelOwner`,
      );
    else if (reading.release.simulated !== config.simulated)
      problems.push(
        reading.release.simulated
          ? `${here}: is a simulated release, made for a rehearsal; ask the model owner for a real one`
          : `${here}: is a real release and has no place in a rehearsal; remove the entry`,
      );
    else releases.push(reading.release);
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return releases;
}
