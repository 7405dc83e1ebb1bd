import type { KubeApi } from "../controlplane/api";
import type { HostView, NodeView, Placement, PodView } from "./placement";
import { decided, hosts, misplaced, placements } from "./placement";

const confidentialPods = "app.kubernetes.io/part-of=trustfoundry,trustfoundry.dev/party=modelOwner";

const admissionPolicies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
const managed = "app.kubernetes.io/managed-by=trustfoundry";

/** What one provider's cluster holds. */
export interface Observation {
  readonly hosts: readonly HostView[];
  readonly placements: readonly Placement[];
  /** Confidential pods on hosts that must stay empty: always a defect. */
  readonly misplaced: readonly string[];
  /** Rules that the cluster's API server enforces. */
  readonly admissionPolicies: number;
  /** Whether every pod has started, or has been told why it cannot. */
  readonly decided: boolean;
}

/** Looks at nodes and confidential pods with the administrator's credentials; changes nothing. */
export async function observe(api: KubeApi, namespace: string, signal?: AbortSignal): Promise<Observation> {
  const [policies, nodes, pods] = await Promise.all([
    api.list(admissionPolicies, managed, signal),
    api.list<NodeView>("/api/v1/nodes", undefined, signal),
    api.list<PodView>(`/api/v1/namespaces/${namespace}/pods`, confidentialPods, signal),
  ]);
  return {
    hosts: hosts(nodes, pods),
    placements: placements(pods),
    misplaced: misplaced(nodes, pods),
    admissionPolicies: policies.length,
    decided: decided(pods),
  };
}

/** The pods that have no host, each with the scheduler's reason, as one line. */
export function waitingLine({ placements: all }: Observation): string | undefined {
  const waiting = all.filter(({ state }) => state === "pending");
  return waiting.length === 0
    ? undefined
    : waiting.map(({ release, where }) => `${release} waits: ${where}`).join(" · ");
}
