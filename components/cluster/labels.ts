export type Party = "modelOwner" | "infrastructureProvider" | "dataOwner";

/** Labels of every object made here: who made it, and whose it is. */
export function managedLabels(party: Party): Record<string, string> {
  return { "app.kubernetes.io/managed-by": "trustfoundry", "trustfoundry.dev/party": party };
}

export const confidentialLabel = { "trustfoundry.dev/confidential": "true" } as const;
