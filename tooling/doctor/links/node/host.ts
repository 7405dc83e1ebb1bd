import { labels, tenantNodeLabel } from "../../../../components/host/hardware";
import * as semver from "semver";
import type { Link, NodeSubject } from "../../outcome";
import { broken, ok, skipped, told } from "../../outcome";
import { see } from "../../seen";
import { labelsOf, nodeOf, wantedCcMode, workloadOf } from "./node";

const docs = "docs/infrastructure.md";

/** What every GPU host may carry: pods of a tenant tolerate both (components/workload/podTemplate.ts). */
const toleratedTaints: readonly string[] = ["nvidia.com/gpu", tenantNodeLabel];

export const hostLinks: readonly Link<NodeSubject>[] = [
  {
    id: "node-there",
    question: "Has the host joined the cluster?",
    check: ({ cluster }, { node: name }) => {
      const names = see(cluster.nodes).map(({ metadata }) => metadata.name);
      if (names.includes(name)) return ok(name);
      return broken({
        found: names.length > 0 ? `Nodes ${names.join(", ")}` : "no Node at all",
        wanted: `a Node ${name}`,
        why: "nothing can be placed on a machine that the cluster does not know",
        remedy: "join the host, or correct its name",
        docs: `${docs}#what-it-expects`,
      });
    },
  },
  {
    id: "node-ready",
    question: "Does its kubelet report that it is ready?",
    follows: ["node-there"],
    check: (snapshot, subject) => {
      const ready = nodeOf(snapshot, subject).status?.conditions?.find(({ type }) => type === "Ready");
      if (ready?.status === "True") return ok("Ready");
      return broken({
        found: ready
          ? `Ready is ${ready.status} (${ready.reason ?? "no reason"}: ${ready.message ?? ""})`
          : "no report",
        wanted: "Ready is True",
        why: "the scheduler places nothing there, and no operator works there",
        remedy: "look at kubelet and the container runtime on the host: `journalctl -u kubelet -u containerd`",
        docs: `${docs}#what-it-expects`,
      });
    },
  },
  {
    id: "node-schedulable",
    question: "May confidential pods be placed there?",
    follows: ["node-there", "node-ready"],
    check: (snapshot, subject) => {
      const { spec = {} } = nodeOf(snapshot, subject);
      if (spec.unschedulable)
        return broken({
          found: "the Node is cordoned (spec.unschedulable)",
          wanted: "a Node that takes pods",
          why: "no new pod is placed there",
          remedy: `run \`kubectl uncordon ${subject.node}\` once whoever cordoned it is done`,
          docs: `${docs}#node-labels`,
        });
      const taint = (spec.taints ?? []).find(
        ({ key, effect }) => effect !== "PreferNoSchedule" && !toleratedTaints.includes(key),
      );
      if (!taint) return ok("neither cordoned nor tainted");
      return broken({
        found: `taint ${taint.key}=${taint.value ?? ""}:${taint.effect}`,
        wanted: `no taint but ${toleratedTaints.join(" and ")}`,
        why: "releases' pods tolerate no other taint",
        remedy: `remove it with \`kubectl taint node ${subject.node} ${taint.key}-\`, or mend what set it`,
        docs: `${docs}#node-labels`,
      });
    },
  },
  {
    id: "node-software",
    question: "Are Kubernetes, kernel and container runtime recent enough?",
    follows: ["node-there"],
    check: (snapshot, subject) => {
      const info = nodeOf(snapshot, subject).status?.nodeInfo ?? {};
      const [, runtime = "", version = ""] = /^(\w+):\/\/(.*)$/.exec(info.containerRuntimeVersion ?? "") ?? [];
      const parts = [
        // cloud-native-docs confidential-containers/supported-platforms (1.1.0) and its 1.0.0 edition.
        { what: "kubelet", found: info.kubeletVersion, least: "1.32.0" },
        { what: "kernel", found: info.kernelVersion, least: "6.17.0" },
        { what: "containerd", found: runtime === "containerd" ? version : undefined, least: "2.2.2" },
      ];
      const old = parts.find(({ found, least }) => {
        const read = semver.coerce(found ?? "");
        return !read || semver.lt(read, least);
      });
      if (!old) return ok(parts.map(({ what, found }) => `${what} ${found}`).join(", "));
      return broken({
        found: old.what === "containerd" ? told(info.containerRuntimeVersion) : `${old.what} ${told(old.found)}`,
        wanted: `${old.what} ${old.least} or later`,
        why: "NVIDIA's reference architecture is validated with nothing older, and with containerd alone",
        remedy: `update ${old.what} on the host`,
        docs: `${docs}#what-it-expects`,
      });
    },
  },
  {
    id: "node-meant",
    question: "Is the host meant for confidential guests?",
    follows: ["node-there"],
    check: (snapshot, subject) => {
      const node = nodeOf(snapshot, subject);
      const said = labelsOf(node)[labels.workloadConfig];
      const workload = workloadOf(snapshot, node);
      if (workload === "vm-passthrough") return ok(said === undefined ? "vm-passthrough, by default" : workload);
      if (workload === "container" && !subject.asked && wantedCcMode(snapshot, node) === "off")
        return skipped("the host serves ordinary containers with its GPUs' confidential mode off");
      return broken({
        found: `${labels.workloadConfig}=${told(said)}`,
        wanted: "vm-passthrough",
        why:
          workload === "container"
            ? "the host keeps its GPUs for ordinary containers, with a driver of its own"
            : "the GPU Operator knows container, vm-passthrough and vm-vgpu, and takes any other word for its default",
        remedy: "set the host's ccMode in `trustfoundry:providers` and run `pulumi up` of the infrastructure stack",
        docs: `${docs}#node-labels`,
      });
    },
  },
];
