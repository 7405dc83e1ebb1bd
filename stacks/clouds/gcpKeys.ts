import { Provider } from "@pulumi/gcp/provider";
import { GcpReleasedKeys } from "../../components/attestation/gcpReleasedKeys";
import { attestationAudience } from "../../components/attestation/gcpReleasedKeysPlan";
import { enabledServices } from "../../components/host/gcp/services";
import type { GcpKeys } from "../config/ownerKeys";
import type { CloudKeys } from "./keys";

/**
 * The owner's keys in Google's KMS. Credentials are those of whoever runs the program (`gcloud auth application-default
 * login`); none is in settings or state.
 */
export function gcpKeys({ gpu, ...gcp }: GcpKeys): CloudKeys {
  const { project, region } = gcp;
  const provider = new Provider("gcp", { project, region, addPulumiAttributionLabel: false });
  const services = enabledServices(project, ["cloudkms", "iam", "sts"], { provider });
  const keys = new GcpReleasedKeys(
    "released-keys",
    { ...gcp, keys: gcp.keys.map((key) => ({ ...key, gpu })) },
    { provider, dependsOn: services },
  );
  return {
    outputs: { keys: keys.keys, tokenAudience: attestationAudience },
    nextSteps: [
      "Encrypt each model's key with its key here (`gcloud kms encrypt`); only the one image on an attested machine decrypts it.",
      "A workload exchanges its attestation token at Google's token service: the token is made out to `tokenAudience`, and the exchange names the key's `audience`.",
      "Who may administer this project can grant the keys to anybody: keep it apart from the provider's, with few administrators.",
    ],
  };
}
