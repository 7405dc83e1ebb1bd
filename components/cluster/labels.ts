export type Party = "modelOwner" | "infrastructureProvider" | "dataOwner";

/** Labels of every object made here: who made it, and whose it is. */
export function managedLabels(party: Party): Record<string, string> {
  return { "app.kubernetes.io/managed-by": "trustfoundry", "trustfoundry.dev/party": party };
}

/** Levels of Kubernetes' Pod Security Standards. */
export const podSecurityLevels = ["restricted", "baseline", "privileged"] as const;
export type PodSecurityLevel = (typeof podSecurityLevels)[number];

/** Labels of a namespace whose pods are held to a level, in the form that the cluster's own version has of it. */
export function namespaceLabels(party: Party, level: PodSecurityLevel): Record<string, string> {
  return { ...managedLabels(party), "pod-security.kubernetes.io/enforce": level };
}

export const confidentialLabel = { "trustfoundry.dev/confidential": "true" } as const;
