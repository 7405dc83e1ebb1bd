import { releaseId } from "../../../../components/attestation/admittedRelease";
import { initDataDigest } from "../../../../components/guest/initData";
import { decodeInitData, initDataAnnotationKey } from "../../../../components/guest/initDataAnnotation";
import { vmShape } from "../../../../components/guest/shape";
import { nvswitchResource, pgpuResource } from "../../../../components/host/hardware";
import type { ContainerObject } from "../../objects";
import type { Link, PodSubject } from "../../outcome";
import { broken, ok, skipped, told } from "../../outcome";
import { bytesOf } from "../../quantity";
import { Unseen } from "../../seen";
import type { Snapshot } from "../../snapshot";
import { knownRelease, templateOf } from "./pod";

const docs = "docs/releases.md";

function template(snapshot: Snapshot, subject: PodSubject) {
  const found = templateOf(snapshot, subject);
  if (!found) throw new Unseen(`there is no pod ${subject.namespace}/${subject.name}`);
  return found;
}

/** Whether the pod is what its owner released: whatever differs here, its evidence will show, and its key stays away. */
export const asReleasedLinks: readonly Link<PodSubject>[] = [
  {
    id: "pod-init-data",
    question: "Does the pod carry its release's init-data?",
    check: (snapshot, subject) => {
      const release = knownRelease(snapshot, subject);
      const annotation = template(snapshot, subject).annotations[initDataAnnotationKey];
      if (typeof release === "string") return skipped(release);
      const digest = annotation === undefined ? undefined : digestOf(annotation);
      if (digest === release.initData.digest) return ok(`SHA-256 ${digest.slice(0, 16)}…`);
      const other = snapshot.releases.find(({ initData }) => initData.digest === digest);
      return broken({
        found:
          annotation === undefined
            ? `no annotation ${initDataAnnotationKey}`
            : digest === undefined
              ? `an annotation ${initDataAnnotationKey} that is not base64 of gzip`
              : `init-data ${digest}${other ? `, which is ${releaseId(other)}'s` : ""}`,
        wanted: `init-data ${release.initData.digest} of ${releaseId(release)}`,
        why: "its digest is in the guest's hardware report (HOST_DATA, MRCONFIGID), and the key broker compares it",
        remedy: "place the release's file as it was signed; a new release needs the model owner's `pulumi up` first",
        docs,
      });
    },
  },
  {
    id: "pod-runtime-class",
    question: "Is it started by the runtime class that was measured?",
    check: (snapshot, subject) => {
      const release = knownRelease(snapshot, subject);
      const found = template(snapshot, subject).spec.runtimeClassName;
      if (typeof release === "string") return skipped(release);
      if (found === release.runtimeClassName) return ok(found);
      return broken({
        found: `runtimeClassName ${told(found)}`,
        wanted: release.runtimeClassName,
        why: "another class is another guest with another measurement, or no guest at all",
        remedy: "place the release as it was signed; classes for debugging never get a key",
        docs,
      });
    },
  },
  {
    id: "pod-shape",
    question: "Do its limits make the virtual machine that was measured?",
    check: (snapshot, subject) => {
      const release = knownRelease(snapshot, subject);
      const { containers, initContainers = [] } = template(snapshot, subject).spec;
      if (typeof release === "string") return skipped(release);
      const cpu = sum(containers, "cpu");
      const vcpus = vmShape({ cpu: `${Math.round(cpu * 1000)}m` }).vcpus;
      const memoryGib = sum(containers, "memory") / 2 ** 30;
      if (vcpus !== release.shape.vcpus || initContainers.length > 0)
        return broken({
          found:
            initContainers.length > 0
              ? `init containers ${initContainers.map(({ name }) => name).join(", ")}`
              : `CPU limits of ${cpu}, so ${vcpus} vCPUs`,
          wanted: `CPU limits of ${release.shape.cpus}, so ${release.shape.vcpus} vCPUs, and no init container`,
          why:
            release.tee === "snp"
              ? "SEV-SNP's launch digest changes with each vCPU"
              : "the release was made for this shape",
          remedy: "set the limits of the release, or have the model owner release the other shape",
          docs: "docs/measurement.md",
        });
      if (memoryGib !== release.shape.memoryGib)
        return broken({
          found: `memory limits of ${memoryGib} GiB`,
          wanted: `${release.shape.memoryGib} GiB`,
          why: "memory is not measured, but the release was made for this shape, and loading the model may fail with less",
          remedy: "set the limits of the release",
          docs: "docs/measurement.md",
        });
      return ok(`${vcpus} vCPUs, ${memoryGib} GiB`);
    },
  },
  {
    id: "pod-gpus",
    question: "Does it ask for the GPUs and NVSwitches of its release?",
    check: (snapshot, subject) => {
      const release = knownRelease(snapshot, subject);
      const { containers } = template(snapshot, subject).spec;
      if (typeof release === "string") return skipped(release);
      const found = { gpus: sum(containers, pgpuResource), switches: sum(containers, nvswitchResource) };
      const wanted = { gpus: release.gpu.count, switches: release.gpu.nvSwitches };
      const text = ({ gpus, switches }: typeof found) => `${pgpuResource} ${gpus}, ${nvswitchResource} ${switches}`;
      if (text(found) === text(wanted)) return ok(text(found));
      return broken({
        found: text(found),
        wanted: text(wanted),
        why: "the key broker counts the devices in the guest's evidence: neither fewer nor more",
        remedy: "set the limits of the release; `nvidia.com/gpu` is not what passes a GPU through",
        docs,
      });
    },
  },
];

function digestOf(annotation: string): string | undefined {
  try {
    return initDataDigest(decodeInitData(annotation));
  } catch {
    return undefined;
  }
}

function sum(containers: readonly ContainerObject[], resource: string): number {
  return containers.reduce((total, { resources }) => total + bytesOf(resources?.limits?.[resource]), 0);
}
