import { Provider } from "@pulumi/azure-native/provider";
import { AzureReleasedKeys } from "../../components/attestation/azureReleasedKeys";
import { azureRegion } from "../../components/host/offerings";
import type { AzureKeys } from "../config/ownerKeys";
import type { CloudKeys } from "./keys";

/**
 * The owner's keys in a vault of Azure's. Credentials are those of whoever runs the program (`az login`, or ARM_
 * variables); none is in settings or state.
 */
export function azureKeys({ resourceGroup, ...azure }: AzureKeys): CloudKeys {
  const { subscriptionId, tenantId, clientCidrs } = azure;
  const region = azureRegion(azure.region);
  const provider = new Provider("azure", { subscriptionId, tenantId, location: region, disablePulumiPartnerId: true });
  const keys = new AzureReleasedKeys(
    "released-keys",
    { ...azure, region, resourceGroupName: resourceGroup },
    { provider },
  );
  return {
    outputs: {
      attestationAuthority: keys.authority,
      vault: { id: keys.vaultId, uri: keys.vaultUri },
      keys: keys.keys,
    },
    nextSteps: [
      ...(clientCidrs
        ? []
        : [
            "Let the provider make a private endpoint to the vault in the machines' network (its id is in the outputs), and approve it: `az network private-endpoint-connection approve`.",
          ]),
      "Wrap each model's key with the public part of its key here; only an attested machine has the private part released.",
      "A machine has a key released with a token of Azure's attestation service for its guest (not for its platform) and the identity that is granted.",
      ...(azure.keys.some(({ machines }) => machines === undefined)
        ? [
            "Keys without `machines` go to any compliant machine that has the identity; name the machines' ids once they are there, which makes new keys.",
          ]
        : []),
    ],
  };
}
