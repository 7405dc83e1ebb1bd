import type { Model } from "../../stacks/config/models";
import type { Provider } from "../../stacks/config/providers";

/**
 * How a model's replicas are replaced at a provider, in words. Whether a new pod can start before an old one stops, hosts'
 * free GPUs decide; those of the other models there are in use.
 */
export function rolloutWords(model: Model, models: readonly Model[], provider: Provider): string {
  const here = (each: Model) => each.providers.includes(provider.name) && each.gpu.model === model.gpu.model;
  const used = models.filter(here).reduce((sum, { gpu, replicas }) => sum + gpu.count * replicas, 0);
  const hosts = provider.hosts.filter(
    ({ gpu, teeEnabled, ccMode, simulatedFault }) =>
      gpu.model === model.gpu.model && teeEnabled && ccMode !== "off" && simulatedFault === undefined,
  );
  const all = hosts.reduce((sum, { gpu }) => sum + gpu.count, 0);
  const { count, model: gpu } = model.gpu;
  const replicas = `${model.replicas} ${model.replicas === 1 ? "replica" : "replicas"} of ${model.name}`;
  const usage = `${used} of ${all} ${gpu} GPUs are in use`;
  // GPUs of one pod are one host's.
  const roomy = all - used >= count && hosts.some((host) => host.gpu.count >= count);
  if (provider.surge?.includes(model.name))
    return roomy
      ? `${replicas}, each started before the one that it replaces stops (${usage})`
      : `${replicas}, to be started before others stop, for which there is no room: ${usage}; take ${model.name} out of surge`;
  const way = `${replicas}, one at a time, each away until its successor serves`;
  if (model.replicas === 1 && !roomy)
    return `${way}: ${model.name} does not answer meanwhile, since ${usage} and none are to spare`;
  return roomy ? `${way} (${usage}; \`surge\` could start successors first)` : `${way} (${usage})`;
}
