import { generateKeyPairSync } from "node:crypto";
import { publicPem } from "../rehearsal/imageAttestations";
import type { TrustSecrets, TrustSecretsContext } from "../../stacks/config/secrets";

/**
 * Stands where a rehearsal makes a CA of its own: one certificate for base and head, so that measurements which it is
 * part of can be compared. Its key was thrown away.
 */
export const placeholderCa = `-----BEGIN CERTIFICATE-----
MIIBnTCCAUKgAwIBAgIBATAKBggqhkjOPQQDAjAsMSowKAYDVQQDDCFSZXZpZXcg
cGxhY2Vob2xkZXIgQ0EgKFNJTVVMQVRFRCkwIBcNMjYxMTI2MTc0MDA0WhgPMjEw
MDEwMjkxNzQwMDRaMCwxKjAoBgNVBAMMIVJldmlldyBwbGFjZWhvbGRlciBDQSAo
U0lNVUxBVEVEKTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNZWZvQVZ2UvVpEu
PVv/kaUWqD4yvCp71onWmG3G4SIJi7/VKsdHWYCDrxothK6xWewGrAn2tmD31lpB
NXios+2jUzBRMB0GA1UdDgQWBBRuJfghklrYkFVUHK+dWSgxQM8TPDAfBgNVHSME
GDAWgBRuJfghklrYkFVUHK+dWSgxQM8TPDAPBgNVHRMBAf8EBTADAQH/MAoGCCqG
SM49BAMCA0kAMEYCIQC9KIaLwJmbfkzf+tqv5s2aZVe+PGuYGbihm2zLUQWJLgIh
AKCE97iPngVEQkCIF8YjKCKGlYHh2PBA+EO42xcIb5TF
-----END CERTIFICATE-----
`;

/** Text with the form of the owner's secrets and nothing in it. It is made in memory and ends with the preview. */
export function placeholderSecrets({
  wantedKeys,
  wantedCredentials,
  wantsIntelKey,
  simulated,
}: Pick<TrustSecretsContext, "wantedKeys" | "wantedCredentials" | "wantsIntelKey" | "simulated">): TrustSecrets {
  const pair = {
    certificate: "-----BEGIN CERTIFICATE-----\nnot seen in a review\n-----END CERTIFICATE-----\n",
    privateKey: "-----BEGIN PRIVATE KEY-----\nnot seen in a review\n-----END PRIVATE KEY-----\n",
  };
  const nothing = Buffer.from("not seen in a review").toString("base64");
  return {
    tls: pair,
    tokenSigner: pair,
    ...(simulated && { resources: Object.fromEntries(wantedKeys.map((key) => [key, nothing])) }),
    ...(wantedCredentials.length > 0 && {
      keyStore: Object.fromEntries(wantedCredentials.map((name) => [name, "not-seen-in-a-review"])),
    }),
    ...(wantsIntelKey && { intelTrustAuthority: { apiKey: "not-seen-in-a-review" } }),
  };
}

/** Keys that sign a rehearsal's releases for the length of one preview. */
export function passingSigners() {
  const party = (name: string) => {
    const { privateKey } = generateKeyPairSync("ed25519");
    return { key: privateKey, policy: { threshold: 1, keys: [{ name, publicKey: publicPem(privateKey) }] } };
  };
  const [modelOwner, dataOwner] = [party("model owner (review)"), party("data owner (review)")];
  return {
    keys: [modelOwner.key, dataOwner.key],
    policy: { modelOwner: modelOwner.policy, dataOwner: dataOwner.policy },
  };
}

/** Who scans images for a rehearsal's providers, for the same length. */
export function passingScanner() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { key: privateKey, policy: [{ name: "image scanner (review)", publicKey: publicPem(privateKey) }] };
}
