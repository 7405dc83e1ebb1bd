import { azureResources } from "../../azure";
import { providerTypes } from "../../cloudSources";
import { azureDiskEncryptionSet as compliant } from "../../examples/azure";
import { resourceRule } from "../../rule";

/** …/keys/<name>/<version> */
const versioned = /^https:\/\/[^/]+\/keys\/[^/]+\/[0-9a-f]{32}$/i;

export const azureDiskEncryptionSet = resourceRule({
  id: "azure-disk-encryption-set",
  title: "A disk encryption set names one version of its key, and has an identity to use it with",
  pillar: "attestation",
  severity: "medium",
  threat:
    "Without a version or an identity the set cannot use the owner's key, and disks are made under the cloud's own until somebody notices.",
  remediation: "Write activeKey.keyUrl with the key's version (the key's keyUriWithVersion) and identity.type.",
  source: providerTypes("azure-native", "types/input.d.ts, compute.KeyForDiskEncryptionSetArgs"),
  platforms: ["azure"],
  claims: ["keys-never-in-clear"],
  boundary: { by: "nothing", how: "evidence does not say under which key the cloud keeps a disk" },
  looksAt: azureResources("compute:DiskEncryptionSet"),
  *check({ body }) {
    const identity = body.at("identity", "type");
    if (!identity.present || identity.value === "None") yield identity.finding("gives the set nothing to act as");
    const url = body.at("activeKey", "keyUrl");
    if (!versioned.test(url.text ?? "")) yield url.finding("does not end in the version of a key");
  },
  compliant: [compliant],
  breakages: [
    {
      mistake: "a disk encryption set's key without version",
      path: "/activeKey/keyUrl",
      value: "https://node-keys.vault.azure.net/keys/disk-key",
      expect: "activeKey.keyUrl",
    },
    { mistake: "a disk encryption set without identity", path: "/identity", remove: true, expect: "identity.type" },
  ],
});
