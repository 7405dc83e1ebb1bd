import { initDataAnnotationKey } from "../../../components/guest/initDataAnnotation";
import { labels } from "../../../components/host/hardware";
import { tokens } from "../../../components/tokens";
import { cloudNode, nodeDeployment, nodeGpuOperator, peerPodClass } from "../../examples/nodes";
import { podPath, podPointer } from "../../examples/confidentialDeployment";
import { helmReleaseOf, kataChart } from "../../helm";
import { nodes } from "../../hosts";
import { objects, pods } from "../../kubernetes";
import type { KubernetesObject, Pod } from "../../kubernetes";
import { peerPodRuntimeClass } from "../../peerPods";
import type { Finding } from "../../place";
import { Place } from "../../place";
import type { Resource, Selector } from "../../rule";
import { clouds, resourceRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

/** Any runtime of Kata's makes a guest on its node, in a TEE or not; a peer pod is a machine beside it. */
const guestClass = /^kata($|-)/;

/** Components of a factory on bare metal; what they place is judged there by rules that are not asked of nodes. */
const ofBareMetal: readonly string[] = [tokens.confidentialWorkload, tokens.kata, tokens.nodeMode, tokens.gpuOperator];

const runtimeClasses = objects("node.k8s.io/v1/RuntimeClass");

const places: Selector<() => Iterable<Finding>> = {
  kinds: [...pods.kinds, ...nodes.kinds, ...runtimeClasses.kinds, `Helm release of ${kataChart}`, ...ofBareMetal],
  *select(resource) {
    if (ofBareMetal.includes(resource.type)) yield () => ofComponent(resource);
    const release = helmReleaseOf(resource);
    if (release)
      yield () => (release.chart === kataChart ? [release.body.at("chart").finding("makes guests of pods")] : []);
    for (const pod of pods.select(resource)) yield () => ofPod(pod);
    for (const runtimeClass of runtimeClasses.select(resource)) yield () => ofRuntimeClass(runtimeClass);
    for (const { body } of nodes.select(resource)) yield () => ofNode(body.at("metadata", "labels"));
  },
};

export const noGuestsOnNodes = resourceRule({
  id: "no-guests-on-nodes",
  title: "A stack whose isolation unit is the node holds no guests of single pods",
  pillar: "runtime",
  severity: "critical",
  threat:
    "Somebody writes isolationUnit: node into the stack of a factory on bare metal, and dozens of rules about its guests fall silent.",
  remediation:
    "Write isolationUnit: pod for hosts on bare metal, and leave Kata, passthrough and releases out of a cloud's stack.",
  source: nvidiaDocs("supported-platforms"),
  platforms: clouds,
  isolationUnit: "node",
  claims: ["guest-booted-as-released", "cloud-node-confidential"],
  boundary: { by: "keyBroker", how: "each release's block demands the measurements of a guest of its own" },
  looksAt: places,
  check: (findings) => findings(),
  compliant: [nodeDeployment, cloudNode, nodeGpuOperator, peerPodClass],
  breakages: [
    {
      mistake: "a guest's runtime class on a node that is the TEE",
      path: `${podPointer}/runtimeClassName`,
      value: "kata-qemu-nvidia-gpu-snp",
      expect: `${podPath}.runtimeClassName`,
    },
    {
      mistake: "a guest outside a TEE, on a node that is one",
      path: `${podPointer}/runtimeClassName`,
      value: "kata-qemu-nvidia-gpu",
      expect: `${podPath}.runtimeClassName`,
    },
    {
      mistake: "init-data for a pod that is no guest",
      path: "/spec/template/metadata/annotations",
      value: { [initDataAnnotationKey]: "H4sIAAAAAAAAAwMAAAAAAAAAAAA=" },
      expect: `spec.template.metadata.annotations["${initDataAnnotationKey}"]`,
    },
    {
      mistake: "passthrough asked of a cloud's node",
      resource: 1,
      path: `/metadata/labels/${labels.workloadConfig.replace("/", "~1")}`,
      value: "vm-passthrough",
      expect: `metadata.labels["${labels.workloadConfig}"]`,
    },
    {
      mistake: "a GPU mode asked of a cloud's node",
      resource: 1,
      path: `/metadata/labels/${labels.ccMode.replace("/", "~1")}`,
      value: "on",
      expect: `metadata.labels["${labels.ccMode}"]`,
    },
    {
      mistake: "Kata's handler under the name of peer pods",
      resource: 3,
      path: "/handler",
      value: "kata-qemu",
      expect: "handler",
    },
    { mistake: "Kata's installer among nodes", resource: 2, path: "/chart", value: "kata-deploy", expect: "chart" },
  ],
});

function* ofComponent(resource: Resource): Iterable<Finding> {
  yield Place.root(resource.props).finding("is a component for hosts on bare metal");
}

function* ofPod({ metadata, spec }: Pod): Iterable<Finding> {
  const runtimeClass = spec.at("runtimeClassName");
  if (guestClass.test(runtimeClass.text ?? "") && runtimeClass.text !== peerPodRuntimeClass)
    yield runtimeClass.finding("makes a guest of the pod");
  const initData = metadata.at("annotations", initDataAnnotationKey);
  if (initData.present && runtimeClass.text !== peerPodRuntimeClass)
    yield initData.hidden().finding("is for a guest, and the pod is none");
}

/** Under whatever name pods know it: the handler is what the node runs. */
function* ofRuntimeClass({ body }: KubernetesObject): Iterable<Finding> {
  const handler = body.at("handler");
  if (guestClass.test(handler.text ?? "") && handler.text !== peerPodRuntimeClass)
    yield handler.finding("makes guests of pods, under another name");
}

function* ofNode(all: Place): Iterable<Finding> {
  const workload = all.at(labels.workloadConfig);
  if (workload.present && workload.text !== "container") yield workload.finding("passes GPUs to guests");
  const mode = all.at(labels.ccMode);
  if (mode.present && mode.text !== "off") yield mode.finding("is for the CC manager of a host on bare metal");
}
