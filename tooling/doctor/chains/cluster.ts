import { labels } from "../../../components/host/hardware";
import { gpuModelLabel } from "../../../components/workload/podTemplate";
import type { Link } from "../outcome";
import { broken, count, ok } from "../outcome";
import { see } from "../seen";
import type { Snapshot } from "../snapshot";

export type ClusterSubject = Record<never, never>;

/** Names of the hosts that somebody means to have GPUs: declared ones, and Nodes that are labelled as such. */
export function gpuHosts({
  cluster,
  hosts,
}: {
  cluster: Pick<Snapshot["cluster"], "nodes">;
  hosts: Snapshot["hosts"];
}): string[] {
  const nodes = "value" in cluster.nodes ? cluster.nodes.value : [];
  const signs = [labels.workloadConfig, labels.ccMode, labels.gpuPresent, gpuModelLabel];
  const labelled = nodes.filter(({ metadata }) => signs.some((key) => metadata.labels?.[key] !== undefined));
  return [...new Set([...hosts.map(({ name }) => name), ...labelled.map(({ metadata }) => metadata.name)])].sort();
}

/** What has to be seen before "nothing is broken" means anything. */
export const clusterChain: readonly Link<ClusterSubject>[] = [
  {
    id: "hosts-there",
    question: "Is there any host that is meant to have GPUs?",
    check: (snapshot) => {
      const nodes = see(snapshot.cluster.nodes);
      const names = gpuHosts(snapshot);
      if (names.length > 0) return ok(names.join(", "));
      return broken({
        found: `${count(nodes.length, "Node")}, none with ${labels.workloadConfig}, ${labels.ccMode} or ${labels.gpuPresent}`,
        wanted: "hosts labelled for confidential guests",
        why: "no confidential pod can be placed in this cluster",
        remedy: "name the hosts in `trustfoundry:providers`, and run `pulumi up` of the infrastructure stack",
        docs: "docs/infrastructure.md",
      });
    },
  },
  {
    id: "tenants-seen",
    question: "Can the namespaces of confidential pods be seen?",
    check: ({ cluster }) => ok(see(cluster.tenants).join(", ") || "there is none"),
  },
];
