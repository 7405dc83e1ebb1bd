import type { GpuModel } from "../../../../components/host/hardware";
import { ccModes, labels, nvswitchResource, pgpuResource } from "../../../../components/host/hardware";
import { gpuModelLabel } from "../../../../components/workload/podTemplate";
import type { Link, NodeSubject } from "../../outcome";
import { broken, ok, skipped, told } from "../../outcome";
import type { Snapshot } from "../../snapshot";
import type { NodeObject } from "../../objects";
import { declaredHost, gpuModelOf, labelsOf, nodeOf, wantedCcMode } from "./node";

const docs = "docs/infrastructure.md#node-labels";

/** What hosts' GPUs have to be told before any of them is confidential. */
const operator = [
  "node-ready",
  "node-meant",
  "gpu-present",
  "cluster-policy",
  "gpu-operator-settings",
  "gpu-operator-running",
];

export const ccModeLinks: readonly Link<NodeSubject>[] = [
  {
    id: "cc-mode-wanted",
    question: "Is the mode that is asked of the GPUs a confidential one that fits them?",
    follows: ["node-there", "cluster-policy"],
    check: (snapshot, subject) => {
      const node = nodeOf(snapshot, subject);
      const mode = wantedCcMode(snapshot, node);
      const model = gpuModelOf(node);
      const fitting: readonly string[] = model?.ccModes ?? ccModes.filter((each) => each !== "off");
      const switched = mode === "on" ? switchedRelease(snapshot, node, model) : undefined;
      if (mode !== undefined && fitting.includes(mode) && switched === undefined) return ok(`${labels.ccMode}=${mode}`);
      return broken({
        found: `${labels.ccMode}=${told(mode)}`,
        wanted: switched === undefined ? fitting.join(" or ") : "ppcie",
        why:
          switched !== undefined
            ? `release ${switched} takes all GPUs of a host with their NVSwitches, which Hopper GPUs do in mode ppcie alone`
            : mode === "devtools"
              ? "devtools is confidential for nobody: it never affirms, and the CC manager leaves cc.ready.state empty"
              : mode === "off"
                ? "the GPUs are ordinary ones: a guest with them gets no key"
                : "the GPUs do not know this mode, and the CC manager ends with an error",
        remedy:
          "drain the host, set its ccMode in `trustfoundry:providers`, and run `pulumi up` of the infrastructure stack",
        docs,
      });
    },
  },
  {
    id: "cc-mode-state",
    question: "Have the GPUs reached that mode?",
    follows: [...operator, "tee-label", "cc-mode-wanted"],
    check: (snapshot, subject) => {
      const node = nodeOf(snapshot, subject);
      const state = labelsOf(node)[labels.ccModeState];
      const wanted = wantedCcMode(snapshot, node);
      if (state !== undefined && state === wanted) return ok(`${labels.ccModeState}=${state}`);
      return broken({
        found: `${labels.ccModeState}=${told(state)}`,
        wanted: told(wanted),
        why:
          state === "failed"
            ? "a GPU refused the mode, or did not come back from its reset"
            : state === undefined
              ? "the CC manager has not touched the host's GPUs yet"
              : "the change of mode is under way, or a pod that holds a GPU is in its way: nothing is drained",
        remedy:
          state === "failed"
            ? "read the CC manager's log of this host; a GPU in an invalid state takes a power cycle of the host"
            : "drain the host of pods with GPUs; the change itself takes a minute or two",
        docs,
      });
    },
  },
  {
    id: "cc-ready",
    question: "Does the CC manager call the GPUs ready for confidential guests?",
    follows: [...operator, "tee-label", "cc-mode-wanted", "cc-mode-state"],
    check: (snapshot, subject) => {
      const ready = labelsOf(nodeOf(snapshot, subject))[labels.ccReadyState];
      if (ready === "true") return ok(`${labels.ccReadyState}=true`);
      return broken({
        found: `${labels.ccReadyState}=${told(ready)}`,
        wanted: "true",
        why: "the confidential runtime classes select hosts by it",
        remedy: "read the CC manager's log of this host; never set the label by hand, since it says what was found",
        docs,
      });
    },
  },
  {
    id: "gpu-resources",
    question: "Does the device plugin offer every GPU of the host to guests?",
    follows: operator,
    check: (snapshot, subject) => {
      const node = nodeOf(snapshot, subject);
      return offered(node, pgpuResource, declaredHost(snapshot, node)?.gpu.count);
    },
  },
  {
    id: "nvswitch-resources",
    question: "Does the device plugin offer every NVSwitch that has to come along?",
    follows: [...operator, "cc-mode-wanted", "cc-mode-state"],
    check: (snapshot, subject) => {
      const node = nodeOf(snapshot, subject);
      const model = gpuModelOf(node);
      if (wantedCcMode(snapshot, node) !== "ppcie" || !model)
        return skipped("in this mode the NVSwitches stay with the host");
      return offered(node, nvswitchResource, model.nvSwitchesInTcb);
    },
  },
];

function offered(node: NodeObject, resource: string, has: number | undefined) {
  const [allocatable, capacity] = [node.status?.allocatable?.[resource], node.status?.capacity?.[resource]];
  const wanted = has ?? Number(capacity ?? 0);
  if (Number(allocatable) > 0 && Number(allocatable) === wanted) return ok(`${resource}: ${allocatable}`);
  return broken({
    found: `${resource}: ${told(allocatable)} allocatable`,
    wanted: has !== undefined ? String(has) : Number(capacity) > 0 ? `${capacity}, the host's own number` : "1 or more",
    why: "a device that is not bound to vfio-pci, or that is unhealthy, goes to no guest; all GPUs of a host have to be confidential",
    remedy: "look at `lspci -nnk -d 10de:` on the host: each device needs `vfio-pci`, so IOMMU on and no NVIDIA driver",
    docs: "docs/infrastructure.md#gpu-operator",
  });
}

/** A release that needs NVSwitches of such a host, where no other host offers them. */
function switchedRelease(snapshot: Snapshot, node: NodeObject, model: GpuModel | undefined): string | undefined {
  if (!model || model.nvSwitchesInTcb === 0) return undefined;
  const name = labelsOf(node)[gpuModelLabel];
  return snapshot.releases.find(({ gpu }) => gpu.nvSwitches > 0 && gpu.model === name)?.name;
}
