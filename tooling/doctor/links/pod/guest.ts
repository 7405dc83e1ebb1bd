import type { EventObject } from "../../objects";
import type { Link, PodSubject } from "../../outcome";
import { broken, ok, told } from "../../outcome";
import { see } from "../../seen";
import type { Snapshot } from "../../snapshot";
import { keyCauses } from "../key/causes";
import { shimSeconds } from "../node/kubelet";
import { existingPod, namespaceOf } from "./pod";

/** What container runtime and shim say when a guest cannot be started, and what it means. */
const sandboxFaults: readonly {
  readonly pattern: RegExp;
  readonly why: string;
  readonly remedy: string;
  readonly docs: string;
}[] = [
  {
    pattern: /no runtime for "?[\w-]+"? is configured/,
    why: "the host's container runtime does not know the runtime class's handler: kata-deploy has not configured it, or it was not restarted",
    remedy: "look at kata-deploy's pod on this host, and whether its distribution (`k8sDistribution`) is the host's",
    docs: "docs/infrastructure.md#kata",
  },
  {
    pattern: /PodResources API Get method disabled/,
    why: "the shim asks kubelet which GPUs to plug in, and this kubelet does not answer (feature gate KubeletPodResourcesGet)",
    remedy: "put the kubelet drop-in in place and restart kubelet; Kubernetes 1.34 has the gate on",
    docs: "docs/infrastructure.md#kubelet-drop-in",
  },
  {
    pattern: /unresolvable CDI devices/,
    why: "device plugin, GPU Operator and Kata are not versions that fit together (kata-containers issue 12549)",
    remedy: "choose one platform set: `trustfoundry:platform`",
    docs: "docs/infrastructure.md#gpu-operator",
  },
  {
    pattern: /VFIO_MAP_DMA|vfio.*(Invalid argument|Device or resource busy)|iommu/i,
    why: "a GPU cannot be passed to the guest: IOMMU, its binding to vfio-pci, or a guest that still holds it after a forced deletion",
    remedy: "look at IOMMU and `lspci -nnk -d 10de:` on the host; after a forced deletion restart the host",
    docs: "docs/infrastructure.md#what-it-expects",
  },
  {
    pattern: /object with key .* already exists/,
    why: "the image is there for another snapshotter (feature gate RuntimeClassInImageCriApi)",
    remedy: "put the kubelet drop-in in place and restart kubelet",
    docs: "docs/infrastructure.md#kubelet-drop-in",
  },
];

const late = /deadline exceeded|timed? ?out|DeadlineExceeded/i;

/** Before the guest can ask for anything: its virtual machine. */
export const sandboxLinks: readonly Link<PodSubject>[] = [
  {
    id: "pod-sandbox",
    question: "Could the guest's virtual machine be started?",
    follows: ["pod-scheduled", "kubelet-drop-in", "kubelet-in-force", "kata-deployed"],
    check: (snapshot, subject) => {
      if (started(snapshot, subject)) return ok("it runs");
      const failed = eventsOf(snapshot, subject)
        .filter(({ reason }) => reason === "FailedCreatePodSandBox")
        .at(-1);
      if (!failed) return ok("no failure is reported");
      const message = failed.message ?? "no message";
      const known = sandboxFaults.find(({ pattern }) => pattern.test(message));
      if (!known && late.test(message)) return ok("it was tried until time ran out: see pod-containers");
      return broken({
        found: message,
        wanted: "a sandbox for the pod",
        why: known?.why ?? "the host could not start the guest",
        remedy: known?.remedy ?? "read the log of containerd on the host, where the shim's own messages are",
        docs: known?.docs ?? "docs/infrastructure.md#kata",
      });
    },
  },
];

/** What a guest without a key comes to, and what it comes to for reasons of its own. */
export const guestLinks: readonly Link<PodSubject>[] = [
  {
    id: "pod-image",
    question: "Could the image be pulled?",
    follows: ["pod-sandbox", "pod-egress", ...keyCauses],
    check: (snapshot, subject) => {
      const waiting = waitingOf(snapshot, subject);
      const fault = waiting.find(({ reason = "" }) => /ImagePull|ErrImage|InvalidImageName|ImageInspect/.test(reason));
      if (!fault) return ok("no failure is reported");
      return broken({
        found: `${fault.reason}: ${fault.message ?? "no message"}`,
        wanted: "the image, pulled inside the guest",
        why: "an image that is encrypted, or whose registry wants credentials, takes a key of the key broker; its signature has to hold, too",
        remedy: "look at registry, digest and credentials; then whether the key broker lets the guest have them",
        docs: "docs/models.md",
      });
    },
  },
  {
    id: "pod-containers",
    question: "Do its containers run?",
    follows: ["pod-sandbox", "pod-image", "pod-egress", "kubelet-drop-in", "kubelet-in-force", ...keyCauses],
    check: (snapshot, subject) => {
      const pod = existingPod(snapshot, subject);
      if (pod.status?.phase === "Failed")
        return broken({
          ...crashed,
          found: `the pod failed: ${pod.status.reason ?? "no reason"} ${pod.status.message ?? ""}`.trim(),
          wanted: "a pod that runs",
        });
      const timeout = [...eventsOf(snapshot, subject).filter(({ type }) => type === "Warning")]
        .reverse()
        .find(({ message = "" }) => late.test(message));
      if (timeout && !started(snapshot, subject))
        return broken({
          found: `${timeout.reason}: ${timeout.message}`,
          wanted: `a guest that is up within ${shimSeconds(snapshot)} s, the shim's create_container_timeout`,
          why: "pulling a large image, starting with many vCPUs, or waiting for a key broker that does not answer took too long",
          remedy:
            "look at kubelet's runtimeRequestTimeout first, then at the image's size and the way to the key broker",
          docs: "docs/infrastructure.md#kubelet-drop-in",
        });
      const failing = (pod.status?.containerStatuses ?? []).find(
        ({ state, lastState }) =>
          /CrashLoopBackOff|CreateContainer\w*Error|RunContainerError|StartError/.test(state?.waiting?.reason ?? "") ||
          (state?.running === undefined &&
            (state?.terminated ?? lastState?.terminated)?.exitCode !== undefined &&
            (state?.terminated ?? lastState?.terminated)?.exitCode !== 0),
      );
      if (!failing) return ok("no failure is reported");
      const ended = failing.lastState?.terminated ?? failing.state?.terminated;
      const { waiting } = failing.state ?? {};
      return broken({
        ...crashed,
        found: [
          `${failing.name}: ${waiting?.reason ?? ended?.reason ?? "ended"}`,
          ...(ended?.exitCode === undefined ? [] : [`exit code ${ended.exitCode}`]),
          ...(failing.restartCount ? [`${failing.restartCount} restarts`] : []),
          ...(waiting?.message ? [waiting.message] : []),
        ].join(", "),
        wanted: "containers that run",
        ...(ended?.reason === "OOMKilled" && {
          why: "the guest ran out of memory",
          remedy: "release the model with more memory: the virtual machine has no more than its limits",
        }),
      });
    },
  },
  {
    id: "pod-ready",
    question: "Does it serve?",
    follows: ["pod-scheduled", "pod-sandbox", "pod-image", "pod-containers", "pod-egress", ...keyCauses],
    check: (snapshot, subject) => {
      const pod = existingPod(snapshot, subject);
      const ready = pod.status?.conditions?.find(({ type }) => type === "Ready");
      if (ready?.status === "True") return ok("Ready");
      return broken({
        found: `phase ${told(pod.status?.phase)}, Ready ${told(ready?.status)}`,
        wanted: "Ready is True",
        why: "the guest starts still, loads the model, or waits for its key: what happens in it is not visible from outside",
        remedy:
          "give it the release's `startupSeconds`; then look at the key chain with a token of the guest (`--token`)",
        docs: "docs/doctor.md",
      });
    },
  },
];

const crashed = {
  why: "what the guest started ended: a program without its key or its serving certificate usually does",
  remedy: "look at the key chain; the container's own output is readable only where the release opens its log",
  docs: "docs/doctor.md",
};

function waitingOf(snapshot: Snapshot, subject: PodSubject) {
  return (existingPod(snapshot, subject).status?.containerStatuses ?? []).flatMap(({ state }) => state?.waiting ?? []);
}

function started(snapshot: Snapshot, subject: PodSubject): boolean {
  return (existingPod(snapshot, subject).status?.containerStatuses ?? []).some(
    ({ state, lastState }) => state?.running !== undefined || lastState?.terminated !== undefined,
  );
}

/** The pod's own events, the latest last. */
function eventsOf(snapshot: Snapshot, subject: PodSubject): EventObject[] {
  const at = ({ lastTimestamp, eventTime, metadata }: EventObject) =>
    lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "";
  return see(namespaceOf(snapshot, subject).events)
    .filter(({ involvedObject }) => involvedObject?.kind === "Pod" && involvedObject.name === subject.name)
    .sort((a, b) => (at(a) < at(b) ? -1 : 1));
}
