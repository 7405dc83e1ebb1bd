import { tenants } from "../../../policies/rule";
import { another, entries, grants, ladder, ranges, ranked } from "./readings";
import type { Setting } from "./setting";
import { provider } from "./setting";

const elsewhere = { reading: another, pillar: "hardware", protects: tenants } as const;
const software = { reading: another, pillar: "guest", protects: tenants } as const;
const isFamily = (image: unknown) => typeof image === "string" && image.includes("/family/");

/** No perimeter, one that only logs, one that refuses. */
function openness(perimeter: unknown): number {
  if (typeof perimeter !== "object" || perimeter === null) return 2;
  return (perimeter as { dryRun?: unknown }).dryRun === false ? 0 : 1;
}

/** A provider's confidential nodes on Google Cloud. */
export const gcpSettings: readonly Setting[] = [
  { path: "own.gcp.project", ...elsewhere, changed: "other people administer the nodes' project" },
  { path: "own.gcp.projectNumber", ...elsewhere, changed: "principals are named by another project" },
  { path: "own.gcp.region", ...elsewhere, changed: "other machines, under the law of another place" },
  {
    path: "own.gcp.diskKey.kind",
    reading: ladder(["kms"], ["google"]),
    pillar: "attestation",
    protects: [...tenants, ...provider],
    weaker: "disks and Secrets are under a key that nobody but Google can take back",
    stronger: "disks and Secrets are under an HSM key of the project",
  },
  {
    path: "own.gcp.cluster{existing}.existing",
    reading: another,
    pillar: "cluster",
    protects: tenants,
    changed: "who administers that cluster is not in this file, and is inside the TEE of its nodes",
  },
  {
    path: "own.gcp.cluster{!existing}.adminCidrs",
    reading: ranges,
    pillar: "cluster",
    protects: tenants,
    weaker: "from there the control plane is reached, which commands the nodes' TEEs",
    stronger: "from there the control plane is no longer reached",
  },
  {
    path: "own.gcp.cluster{!existing}.version",
    reading: another,
    pillar: "cluster",
    protects: tenants,
    changed: "nodes boot another image, with other measurements",
  },
  {
    path: "own.gcp.cluster{!existing}.systemMachineType",
    ...elsewhere,
    changed: "system pods see the tenants' traffic",
  },
  {
    path: "own.gcp.cluster{!existing}.deletionProtection",
    reading: ladder([true], [false]),
    pillar: "cluster",
    protects: provider,
    weaker: "one command destroys the cluster",
    stronger: "the cluster is not destroyed by one command",
  },
  { path: "own.gcp.nodePools", ...elsewhere, reading: entries("changed", "changed"), changed: "pools of nodes" },
  { path: "own.gcp.nodePools.*.machineType", ...elsewhere, changed: "another CPU, GPU or TEE" },
  { path: "own.gcp.nodePools.*.zones", ...elsewhere, changed: "machines of another place" },
  { path: "own.gcp.nodePools.*.provisioning", ...elsewhere, protects: provider, changed: "how capacity is got" },
  {
    path: "own.gcp.nodePools.*.gpuDriver",
    reading: ladder(["daemonSet"], ["google"]),
    pillar: "cluster",
    protects: tenants,
    weaker: "Google installs drivers by itself, and recreates GPU nodes when it likes",
    stronger: "drivers are installed when the provider says so",
  },
  {
    path: "own.gcp.driverManifest",
    reading: another,
    pillar: "cluster",
    protects: tenants,
    changed: "it runs as root in every node's TEE: read it",
  },
  { path: "own.gcp.machines", ...elsewhere, reading: entries("changed", "changed"), changed: "machines" },
  { path: "own.gcp.machines.*.machineType", ...elsewhere, changed: "another CPU, GPU or TEE" },
  { path: "own.gcp.machines.*.zone", ...elsewhere, changed: "a machine of another place" },
  { path: "own.gcp.machines.*.provisioning", ...elsewhere, protects: provider, changed: "how capacity is got" },
  { path: "own.gcp.machines.*.image", ...software, changed: "other software boots inside the TEE" },
  {
    path: "own.gcp.confidentialSpaces",
    ...elsewhere,
    reading: entries("changed", "changed"),
    changed: "Confidential Space machines",
  },
  { path: "own.gcp.confidentialSpaces.*.machineType", ...elsewhere, changed: "another CPU, GPU or TEE" },
  { path: "own.gcp.confidentialSpaces.*.zone", ...elsewhere, changed: "a machine of another place" },
  {
    path: "own.gcp.confidentialSpaces.*.provisioning",
    ...elsewhere,
    protects: provider,
    changed: "how capacity is got",
  },
  {
    path: "own.gcp.confidentialSpaces.*.image",
    ...software,
    pillar: "images",
    changed: "another container sees the prompts; keys are released by this digest",
  },
  {
    path: "own.gcp.confidentialSpaces.*.baseImage",
    ...software,
    reading: ranked((image) => (isFamily(image) ? 1 : 0), ""),
    weaker: "whatever Google calls the newest image boots, and not one that was looked at",
    stronger: "one image boots, whatever Google calls the newest",
    changed: "other software boots inside the TEE",
  },
  {
    path: "own.gcp.confidentialSpaces.*.ports",
    reading: grants,
    pillar: "cluster",
    protects: tenants,
    weaker: "the container is reached there from inside the network",
    stronger: "the container is no longer reached there",
  },
  {
    path: "own.gcp.restrictToConfidential",
    reading: ladder([true], [false]),
    pillar: "hardware",
    protects: tenants,
    weaker: "nothing keeps machines without a TEE out of the project",
    stronger: "the organization's policy refuses machines without a TEE",
  },
  {
    path: "own.gcp.perimeter",
    reading: ranked(openness, undefined),
    pillar: "cluster",
    protects: [...tenants, ...provider],
    weaker: "key services are reached from outside of the perimeter",
    stronger: "key services are reached from inside of the perimeter alone",
    changed: "another perimeter",
  },
  {
    path: "own.gcp.acknowledged",
    reading: grants,
    pillar: "hardware",
    protects: tenants,
    weaker: "a hint that stopped nobody now warns nobody either",
    stronger: "a hint warns again",
  },
];
