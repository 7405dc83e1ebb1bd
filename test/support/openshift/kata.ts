import { labels, teeKeyResource } from "../../../components/host/hardware";
import type { CpuTee } from "../../../components/host/hardware";
import { openshiftRuntimeClassName } from "../../../components/runtime/runtimeClasses";
import { hardwarePrefix } from "../../../tooling/controlplane/simulatedNodes";
import type { KubeObject } from "../../../tooling/controlplane/api";
import type { Actor } from "../../acceptance/partners/partnerCase";
import type { TestCluster } from "../../acceptance/cluster";
import { condition, listed, loop, setStatus } from "./loop";
import type { Live } from "./loop";
import { poolObject } from "./machines";

const kataConfigs = "/apis/kataconfiguration.openshift.io/v1/kataconfigs";
const pool = "/apis/machineconfiguration.openshift.io/v1/machineconfigpools/kata-oc";
const runtimeClass = `/apis/node.k8s.io/v1/runtimeclasses/${openshiftRuntimeClassName}`;
const gates = "/api/v1/namespaces/openshift-sandboxed-containers-operator/configmaps/osc-feature-gates";

/** What kind of TEE a simulated machine has, as its firmware would tell. */
const teeOf = ({ metadata }: KubeObject) =>
  metadata.annotations?.[`${hardwarePrefix}tee`] as CpuTee | "none" | undefined;

/** SIMULATED Node Feature Discovery: once there are rules, a node has the label of the TEE that is really on. */
export function nodeFeatureDiscovery({ api }: TestCluster): Actor {
  return loop("nfd", async () => {
    const rules = await listed<Live>(api, "/apis/nfd.openshift.io/v1alpha1/nodefeaturerules");
    const known = JSON.stringify(rules);
    for (const node of await api.list<KubeObject>("/api/v1/nodes")) {
      const tee = teeOf(node);
      if (tee === undefined || tee === "none") continue;
      const label = labels.tee[tee];
      if (!known.includes(label) || node.metadata.labels?.[label] === "true") continue;
      await api.send({
        method: "PATCH",
        path: `/api/v1/nodes/${node.metadata.name}`,
        body: { metadata: { labels: { [label]: "true" } } },
        contentType: "application/merge-patch+json",
      });
    }
  });
}

/**
 * SIMULATED sandboxed containers operator 1.13: for a KataConfig with the gate open it makes pool `kata-oc` and the class of
 * confidential guests with GPUs, for the one TEE of the selected nodes; with two it stops, and with none it tries again.
 */
export function sandboxedContainersOperator({ api }: TestCluster): Actor {
  return loop("sandboxed-containers-operator", async () => {
    const [kataConfig] = await listed<Live>(api, kataConfigs);
    if (!kataConfig) {
      await api.delete(pool);
      await api.delete(runtimeClass);
      return;
    }
    const place = `${kataConfigs}/${kataConfig.metadata.name}`;
    const { data } = await api.get<{ data: Readonly<Record<string, string>> }>(gates);
    const chosen = (kataConfig.spec as { kataConfigPoolSelector?: { matchLabels?: Record<string, string> } })
      .kataConfigPoolSelector?.matchLabels;
    const converged = Object.keys(chosen ?? {}).some((key) => key.endsWith("/master"));
    const wanted = Object.entries(converged ? {} : (chosen ?? {}));
    const nodes = (await api.list<KubeObject>("/api/v1/nodes")).filter(({ metadata }) =>
      wanted.every(([key, value]) => metadata.labels?.[key] === value),
    );
    const tees = (["snp", "tdx"] as const).filter((tee) =>
      nodes.some(({ metadata }) => metadata.labels?.[labels.tee[tee]] === "true"),
    );
    const [tee, other] = tees;
    if (data.confidential !== "true" || tee === undefined || other !== undefined) {
      await setStatus(api, place, kataConfig, { conditions: [condition("InProgress", "True", "Installing")] });
      return;
    }
    if (!converged) await api.apply(pool, poolObject("kata-oc", ["kata-oc", "worker"]));
    await api.apply(runtimeClass, classObject(tee));
    await setStatus(api, place, kataConfig, {
      conditions: [condition("InProgress", "False")],
      kataNodes: { nodeCount: nodes.length, readyNodeCount: nodes.length },
      runtimeClasses: ["kata", openshiftRuntimeClassName],
    });
  });
}

function classObject(tee: CpuTee): KubeObject {
  return {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: { name: openshiftRuntimeClassName },
    handler: `kata-${tee}-nvidia-gpu`,
    overhead: { podFixed: { cpu: "250m", memory: "350Mi", [teeKeyResource[tee]]: "1" } },
    scheduling: {
      nodeSelector: {
        "nvidia.com/cc.mode.state": "on",
        [labels.ccReadyState]: "true",
        [labels.tee[tee]]: "true",
      },
    },
  } as KubeObject;
}
