import { parse as parseToml } from "smol-toml";
import * as semver from "semver";
import { parse as parseYaml } from "yaml";
import {
  kubeletDropInName,
  kubeletSettingsName,
  systemNamespace,
} from "../../../../components/cluster/kubeletConfiguration";
import { defaultPullTimeouts } from "../../../../components/runtime/timeouts";
import type { KubeletConfiguration } from "../../objects";
import type { Breakage, Link, NodeSubject } from "../../outcome";
import { broken, ok, skipped, told } from "../../outcome";
import { secondsOf } from "../../quantity";
import { see, Unseen } from "../../seen";
import type { Snapshot } from "../../snapshot";
import { nodeOf } from "./node";

const docs = "docs/infrastructure.md#kubelet-drop-in";

export const kubeletLinks: readonly Link<NodeSubject>[] = [
  {
    id: "kubelet-drop-in",
    question: "Does the kubelet drop-in that hosts take over let guests pull their images?",
    follows: ["node-software"],
    check: (snapshot) => {
      const object = see(snapshot.cluster.kubeletSettings);
      if (!object)
        return skipped(
          `there is no ConfigMap ${systemNamespace}/${kubeletSettingsName}: hosts are told by somebody else`,
        );
      const text = object.data?.[kubeletDropInName];
      const fault = kubeletFault(snapshot, readDropIn(text), newestKubelet(snapshot));
      return fault ? broken({ ...fault, found: `${kubeletDropInName}: ${fault.found}`, docs }) : ok(kubeletDropInName);
    },
  },
  {
    id: "kubelet-in-force",
    question: "Does the host's kubelet run with these settings?",
    follows: ["node-ready", "node-software", "kubelet-drop-in"],
    check: (snapshot, subject) => {
      const version = nodeOf(snapshot, subject).status?.nodeInfo?.kubeletVersion;
      if (snapshot.simulated) return skipped("a simulated host has no kubelet");
      const configuration = see(snapshot.cluster.kubelets[subject.node] ?? { unseen: "its kubelet was not asked" });
      const fault = kubeletFault(snapshot, configuration, version);
      if (!fault) return ok(`runtimeRequestTimeout ${configuration.runtimeRequestTimeout}`);
      return broken({ ...fault, docs });
    },
  },
];

/** What of a kubelet's settings cuts guests off; undefined where nothing does. */
function kubeletFault(
  snapshot: Snapshot,
  { runtimeRequestTimeout: timeout, featureGates = {} }: KubeletConfiguration,
  version: string | undefined,
): Omit<Breakage, "docs"> | undefined {
  const needed = shimSeconds(snapshot);
  const remedy = "let the hosts' configuration management put the drop-in in place, and restart kubelet";
  if ((secondsOf(timeout) ?? 0) < needed)
    return {
      found: `runtimeRequestTimeout ${told(timeout)}`,
      wanted: `${needed}s or more, the shim's create_container_timeout`,
      why: "kubelet gives up on a guest that still pulls its image, and begins again",
      remedy,
    };
  if (featureGates.RuntimeClassInImageCriApi !== true)
    return {
      found: `featureGates.RuntimeClassInImageCriApi ${told(featureGates.RuntimeClassInImageCriApi)}`,
      wanted: "true",
      why: "one image cannot be used by several snapshotters then: `object with key … already exists`",
      remedy,
    };
  const kubelet = semver.coerce(version ?? "");
  const gate = featureGates.KubeletPodResourcesGet;
  const byDefault = kubelet !== null && semver.gte(kubelet, "1.34.0");
  if (gate === false || (gate === undefined && !byDefault))
    return {
      found: `featureGates.KubeletPodResourcesGet ${told(gate)}, kubelet ${told(version)}`,
      wanted: "true, which is the default since 1.34",
      why: "the shim asks kubelet which GPUs to plug in: `PodResources API Get method disabled`",
      remedy,
    };
  return undefined;
}

function readDropIn(text: string | undefined): KubeletConfiguration {
  try {
    return (parseYaml(text ?? "") ?? {}) as KubeletConfiguration;
  } catch {
    throw new Unseen(`${kubeletDropInName} is no YAML`);
  }
}

function newestKubelet({ cluster }: Snapshot): string | undefined {
  return see(cluster.nodes)
    .map(({ status }) => status?.nodeInfo?.kubeletVersion)
    .find((version) => version !== undefined);
}

/** How long Kata's shims may take to start a guest: their default, or longer by a drop-in of kata-deploy's. */
export function shimSeconds({ cluster }: Snapshot): number {
  const texts = Object.values(see(cluster.kataDropIns)?.data ?? {});
  const said = texts.map((text) => {
    try {
      const { runtime } = parseToml(text) as { runtime?: { create_container_timeout?: number } };
      return runtime?.create_container_timeout ?? 0;
    } catch {
      throw new Unseen("a drop-in of kata-deploy's shims is no TOML");
    }
  });
  return Math.max(defaultPullTimeouts.shimSeconds, ...said);
}
