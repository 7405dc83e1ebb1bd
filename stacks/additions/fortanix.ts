import { FortanixNodes } from "../../components/host/fortanixNodes";
import type { NodeAgent } from "../../components/host/fortanixPlan";
import { nodeAgentProblems, nodeAgentWarnings } from "../../components/host/fortanixPlan";
import type { FortanixConfig } from "../config/fortanix";
import { partnerChartOf } from "../config/partnerCharts";
import type { BareMetalProvider } from "../config/providers";
import type { AdditionArgs } from "./additions";
import { within } from "./within";

function agentOf({ nodeAgent }: FortanixConfig, directory: string): NodeAgent {
  if (nodeAgent.kind === "daemonSet") return nodeAgent;
  return { ...nodeAgent, chart: partnerChartOf(nodeAgent.chart, "fortanix-node-agent", within(directory)) };
}

/** Why hosts may not be enrolled, without its place in the configuration. */
export function fortanixProblems({ fortanix }: Pick<BareMetalProvider, "fortanix">, directory: string): string[] {
  return fortanix ? nodeAgentProblems(agentOf(fortanix, directory)).map((problem) => `nodeAgent.${problem}`) : [];
}

export function fortanixWarnings({ fortanix }: Pick<BareMetalProvider, "fortanix">): readonly string[] {
  return fortanix ? nodeAgentWarnings : [];
}

/** The provider's hosts enrolled with Fortanix's manager. */
export function placeFortanix({ provider, opts, nodeFeatures, directory }: AdditionArgs): Record<string, unknown> {
  const { fortanix, hosts } = provider;
  if (!fortanix) return {};
  const nodes = new FortanixNodes(
    "fortanix-nodes",
    {
      agent: agentOf(fortanix, directory),
      hosts: hosts.map(({ name }) => name),
      platform: provider.distribution === "openshift" ? "openshift" : "kubernetes",
      after: [nodeFeatures],
    },
    opts,
  );
  return { fortanix: { namespace: nodes.namespace, hosts: hosts.map(({ name }) => name) } };
}
