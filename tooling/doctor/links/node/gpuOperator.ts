import type { Link, NodeSubject } from "../../outcome";
import { broken, ok, skipped, told } from "../../outcome";
import { see } from "../../seen";
import { labels } from "../../../../components/host/hardware";
import { labelsOf, nodeOf } from "./node";

const docs = "docs/infrastructure.md#gpu-operator";

/** What runs on a confidential host, as the operator calls its DaemonSets (gpu-operator assets, v26.3.1 and v26.7.0). */
const operands = [
  "nvidia-cc-manager",
  "nvidia-vfio-manager",
  "nvidia-kata-sandbox-device-plugin-daemonset",
  "nvidia-sandbox-validator",
];

export const gpuOperatorLinks: readonly Link<NodeSubject>[] = [
  {
    id: "gpu-present",
    question: "Did Node Feature Discovery find an NVIDIA device?",
    follows: ["nfd-definitions", "nfd-running", "node-ready"],
    check: (snapshot, subject) => {
      const found = labelsOf(nodeOf(snapshot, subject))[labels.gpuPresent];
      if (found === "true") return ok(`${labels.gpuPresent}=true`);
      return broken({
        found: `${labels.gpuPresent}=${told(found)}`,
        wanted: "true",
        why: "the GPU Operator passes over hosts without this label",
        remedy: "look whether `lspci -d 10de:` lists the GPUs, and whether NFD names devices by vendor alone",
        docs,
      });
    },
  },
  {
    id: "cluster-policy",
    question: "Is there one ClusterPolicy?",
    check: ({ cluster }) => {
      const defined = see(cluster.definitions["clusterpolicies.nvidia.com"]);
      const names = see(cluster.clusterPolicies).map(({ metadata }) => metadata.name);
      if (defined && names.length === 1) return ok(`ClusterPolicy ${names[0]}`);
      return broken({
        found: !defined
          ? "the GPU Operator's definitions are not there"
          : names.length === 0
            ? "no ClusterPolicy"
            : `ClusterPolicies ${names.join(", ")}`,
        wanted: "one ClusterPolicy, as the GPU Operator's chart makes it",
        why: "the operator does what it says, and nothing without one",
        remedy: "`pulumi up` of the infrastructure stack installs the GPU Operator; remove any further ClusterPolicy",
        docs,
      });
    },
  },
  {
    id: "gpu-operator-settings",
    question: "Does the ClusterPolicy ask for confidential guests of Kata?",
    follows: ["cluster-policy"],
    check: ({ cluster }) => {
      const spec = see(cluster.clusterPolicies)[0]?.spec ?? {};
      const wrong = [
        { path: "sandboxWorkloads.enabled", found: spec.sandboxWorkloads?.enabled, wanted: true },
        { path: "sandboxWorkloads.mode", found: spec.sandboxWorkloads?.mode, wanted: "kata" },
        { path: "ccManager.enabled", found: spec.ccManager?.enabled, wanted: true },
        { path: "vfioManager.enabled", found: spec.vfioManager?.enabled, wanted: true },
        { path: "kataSandboxDevicePlugin.enabled", found: spec.kataSandboxDevicePlugin?.enabled, wanted: true },
        { path: "kataManager.enabled", found: spec.kataManager?.enabled ?? false, wanted: false },
      ].filter(({ found, wanted }) => found !== wanted);
      if (wrong.length === 0) return ok("sandboxWorkloads kata, CC manager on");
      return broken({
        found: wrong.map(({ path, found }) => `${path}: ${told(found)}`).join(", "),
        wanted: wrong.map(({ path, wanted }) => `${path}: ${told(wanted)}`).join(", "),
        why: "labels of hosts are without effect, or an operand is missing that switches GPUs to confidential mode",
        remedy: "undo the change of the ClusterPolicy: `pulumi up --refresh` of the infrastructure stack",
        docs,
      });
    },
  },
  {
    id: "gpu-operator-running",
    question: "Do the GPU Operator and what it runs on hosts run?",
    follows: ["cluster-policy", "gpu-operator-settings", "node-ready"],
    check: ({ cluster }) => {
      const operator = see(cluster.deployments).find(({ metadata }) => metadata.name === "gpu-operator");
      const daemonSets = see(cluster.daemonSets);
      const faults = [
        ...(operator === undefined
          ? ["no Deployment gpu-operator"]
          : (operator.status?.availableReplicas ?? 0) < 1
            ? ["gpu-operator: 0 available"]
            : []),
        ...operands.flatMap((name) => {
          const found = daemonSets.find(({ metadata }) => metadata.name === name);
          if (!found) return [`no DaemonSet ${name}`];
          const { desiredNumberScheduled: desired = 0, numberReady: ready = 0 } = found.status ?? {};
          return ready < desired
            ? [`${name}: ${ready} of ${desired} ready`]
            : desired === 0
              ? [`${name}: on no host`]
              : [];
        }),
      ];
      if (faults.length === 0) return ok(`gpu-operator and ${operands.length} operands`);
      return broken({
        found: faults.join("; "),
        wanted: `gpu-operator available, and ready on every host: ${operands.join(", ")}`,
        why: "these switch GPUs to confidential mode, bind them for passthrough and offer them to guests",
        remedy:
          "look at their pods: `kubectl -n gpu-operator get pods`; a CC manager that crashes tells of a GPU without confidential mode",
        docs,
      });
    },
  },
];

/** Behind all that could explain it: the state of the whole operator says that something is not as it should be, not what. */
export const gpuOperatorState: Link<NodeSubject> = {
  id: "gpu-operator-state",
  question: "Does the GPU Operator say of itself that it is done?",
  follows: [
    ...["cluster-policy", "gpu-operator-settings", "gpu-operator-running", "gpu-present", "node-ready", "node-meant"],
    ...["cc-mode-wanted", "cc-mode-state", "gpu-resources", "nvswitch-resources"],
  ],
  check: ({ cluster, simulated }) => {
    const state = see(cluster.clusterPolicies)[0]?.status?.state;
    if (state === "ready") return ok("ready");
    if (state === undefined && simulated) return skipped("the rehearsal's stand-in reports no state");
    return broken({
      found: `ClusterPolicy status.state ${told(state)}`,
      wanted: "ready",
      why: "an operand has not come up on some host",
      remedy: "look at the operator's log and its events: `kubectl -n gpu-operator logs deploy/gpu-operator`",
      docs,
    });
  },
};
