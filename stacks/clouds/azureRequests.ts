import type { Departure, Judgement } from "../../components/host/departures";
import { judge } from "../../components/host/departures";
import { machineConstraints, machineDepartures } from "../../components/host/azure/machineConstraints";
import { networkPlan } from "../../components/host/azure/networkPlan";
import {
  clusterDepartures,
  poolConstraints,
  poolDepartures,
  systemPoolConstraints,
  systemPoolDepartures,
} from "../../components/host/azure/poolConstraints";
import { azureAuthorities, azureLimits, azureRegion } from "../../components/host/offerings";
import type { Azure } from "../config/azure";

const constraintNames = [...machineConstraints, ...poolConstraints, ...systemPoolConstraints].map(({ name }) => name);

/** What Azure is known to refuse of a provider's settings, and what is to be said about them at every preview. */
export function azureJudgement(azure: Azure): Judgement {
  const { errors, warnings } = judge(departures(azure), azure.acknowledged, constraintNames);
  return {
    errors: [...new Set([...networkErrors(azure), ...errors])],
    warnings: [...new Set([...warnings, ...notes(azure)])],
  };
}

function departures(azure: Azure): Departure[] {
  const { attestation, cluster, diskKey, machines, nodePools } = azure;
  const region = azureRegion(azure.region);
  const ownersKey = diskKey.kind !== "platform";
  const system = cluster && "systemSize" in cluster ? cluster : undefined;
  return [
    ...machines.flatMap((machine, position) =>
      machineDepartures(
        {
          ...machine,
          region,
          securityType: "ConfidentialVM",
          vTpm: true,
          ...(ownersKey && {
            encryptionSet: {
              encryptionType: "ConfidentialVmEncryptedWithCustomerKey",
              property: "securityProfile",
              region,
            },
          }),
        },
        `machines[${position}]`,
      ),
    ),
    ...nodePools.flatMap((pool, position) =>
      poolDepartures(
        { ...pool, region, gpuDriver: "None", kubernetesVersion: cluster?.kubernetesVersion ?? "" },
        `nodePools[${position}]`,
      ),
    ),
    ...clusterDepartures(nodePools.map(({ osSku }) => osSku)),
    ...(system ? systemPoolDepartures(system, "cluster") : []),
    ...(ownersKey ? authorityDepartures(attestation, region) : []),
  ];
}

function authorityDepartures(attestation: Azure["attestation"], region: string): Departure[] {
  if (attestation === "own")
    return [
      {
        constraint: "azure-own-attestation",
        path: "attestation",
        message: `"own" may never be asked when the platform opens a disk, which stays shut then; write shared`,
        fact: azureLimits.ownAttestation,
      },
    ];
  const known = Object.keys(azureAuthorities.byRegion);
  return known.includes(region)
    ? []
    : [
        {
          constraint: "azure-authority",
          path: "region",
          message: `"${region}" has no shared attestation authority that is known; write one of ${known.join(", ")}`,
          fact: azureAuthorities.fact,
        },
      ];
}

function networkErrors({ network }: Azure): string[] {
  try {
    networkPlan(network.cidr);
    return [];
  } catch (error) {
    return [`network.cidr: ${(error as Error).message}`];
  }
}

/** No departure from anything, but what a user would overlook. */
function notes({ cluster, diskKey, machines, nodePools }: Azure): string[] {
  return [
    ...(cluster && "existing" in cluster
      ? [
          `cluster.existing: nobody here looks at ${cluster.existing}, whose administrators and system nodes are inside the boundary: see to it that its control plane is private, run-command off, and that its other pools have a TEE.`,
        ]
      : []),
    ...(diskKey.kind !== "platform" && nodePools.length > 0
      ? [
          "diskKey: is for machines alone; disks of the cluster's nodes stay under Azure's own keys, since it documents no other for confidential pools.",
        ]
      : []),
    ...(diskKey.kind === "external" && !diskKey.granted
      ? [
          `diskKey.granted: false, so ${machines.map(({ name }) => name).join(", ")} will not be made; grant the key to the identity in the output diskKeys, then write true.`,
        ]
      : []),
  ];
}
