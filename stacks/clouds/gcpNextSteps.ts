import { gkeDriverUrl } from "../../components/cluster/gkeDriverManifest";
import { gpuSizeOf } from "../../components/host/offerings";
import type { Gcp } from "../config/gcp";
import { isOwn } from "./gcpRequests";

/** What nobody can know from the configuration alone; said at every preview, with the path in front. */
export function caveats(cloud: Gcp): string[] {
  const { cluster, diskKey, restrictToConfidential, perimeter, confidentialSpaces } = cloud;
  const existing = cluster !== undefined && "existing" in cluster ? cluster : undefined;
  return [
    ...(existing
      ? [
          `cluster.existing: nobody here looks at ${existing.existing}, whose administrators and system nodes are inside the boundary: see to it that its control plane is private, and that its other pools have a TEE.`,
        ]
      : []),
    ...(existing && existing.version === undefined
      ? ["cluster.version: is not said, so nobody checks whether its GKE knows confidential GPU nodes; write it."]
      : []),
    ...(existing && restrictToConfidential
      ? [
          `restrictToConfidential: pools of ${existing.existing} without a TEE cannot grow any more; write false, or give them one.`,
        ]
      : []),
    ...(diskKey.kind === "google"
      ? ["diskKey: Google's own key encrypts the disks, and nobody but Google can take it away; {kind: kms} is yours."]
      : []),
    ...(perimeter
      ? [
          perimeter.dryRun
            ? "perimeter.dryRun: is on, so that violations are logged and nothing is kept in; write false once the log has none of your own."
            : "perimeter.dryRun: is off; a program that runs outside without an access level is shut out from the next time.",
        ]
      : []),
    ...(confidentialSpaces.length > 0
      ? [
          "confidentialSpaces: Google signs the token and keeps the key that it opens; a model owner who does not trust Google keeps the keys in a key broker of the own (keyAuthority).",
        ]
      : []),
  ];
}

/** What people do next, outside of the program, in order. */
export function gcpNextSteps(cloud: Gcp): string[] {
  const { project, region, cluster, nodePools, machines, confidentialSpaces } = cloud;
  const target = cluster && (isOwn(cluster) ? { name: cluster.name, location: region } : nameOf(cluster));
  const everything = [...nodePools, ...machines, ...confidentialSpaces];
  return [
    `Look for quota of GPUs (${quotaNames(everything)}): \`gcloud compute regions describe ${region} --project=${project} --flatten=quotas --format="table(quotas.metric,quotas.limit,quotas.usage)"\`; on demand it is often 0 where Spot has some, and a request takes days.`,
    ...(target
      ? [
          `From one of adminCidrs: \`gcloud container clusters get-credentials ${target.name} --location=${target.location} --project=${project} --internal-ip\`; then write trustfoundry:cluster {context: gke_${project}_${target.location}_${target.name}} and run \`pulumi up\` again, which places what belongs into the cluster.`,
        ]
      : []),
    ...(nodePools.some(({ gpuDriver }) => gpuDriver === "daemonSet")
      ? [
          `${cloud.driverManifest ? "" : `Fetch Google's DaemonSet of the driver (${gkeDriverUrl}), read it, and write driverManifest {file: <path>, sha256: <its SHA-256>}: it runs as root in every node's TEE. `}That second run places the DaemonSet of the driver on the confidential pools; no pod gets a GPU before.`,
        ]
      : []),
    ...(nodePools.some(({ provisioning }) => provisioning.kind === "flexStart")
      ? ["Pods of Flex-start pools come by a ProvisioningRequest (Kueue makes them); without one no node is made."]
      : []),
    ...machines.map(
      ({ image }) =>
        `See that the image can be confidential: \`gcloud compute images describe ${image.split("/").at(-1)} --project=${image.split("/")[1]} --format="value(guestOsFeatures)"\` has to list TDX_CAPABLE.`,
    ),
    ...(confidentialSpaces.length > 0
      ? [
          "Let the machines' accounts (output confidentialSpaces) read the containers' images, and give the accounts and digests to the model owner, whose role keys binds the keys to them.",
          'Known of Confidential Space with GPUs (2026-05): on "GPU Driver installation is not supported" start the machine again; on a mismatch of GPU measurement 9 stop and start it, a reboot from inside does not help; images for CUDA 12.6 or newer need a base image with a newer driver than 535.',
        ]
      : []),
    cluster && !isOwn(cluster) && machines.length + confidentialSpaces.length === 0
      ? "Let the cluster's address in at the model owner's key broker."
      : "Let the address in the output egressAddress in at the model owner's key broker.",
    ...(isOwn(cluster) && cluster.deletionProtection
      ? ["The cluster is protected: before `pulumi destroy`, write deletionProtection: false and run `pulumi up`."]
      : []),
  ];
}

function nameOf(cluster: { existing: string; location: string }) {
  return { name: cluster.existing, location: cluster.location };
}

/** Quotas by how capacity is got (Dstack-TEE/meta-dstack-cloud PR 15); names of others than H100's were not found. */
function quotaNames(nodes: readonly { machineType: string; provisioning: { kind: string } }[]): string {
  const names = nodes.map(({ machineType, provisioning }) => {
    if (gpuSizeOf("gcp", machineType)?.gpu.model !== "H100") return `the GPUs of ${machineType}`;
    return ["spot", "flexStart"].includes(provisioning.kind) ? "PREEMPTIBLE_NVIDIA_H100_GPUS" : "NVIDIA_H100_GPUS";
  });
  return [...new Set(names)].sort().join(", ");
}
