import {
  keyBrokerConfiguration,
  keyBrokerPath,
  keyBrokerPointer,
  vaultPath,
  vaultPlugin,
  vaultPointer,
  vaultedKeyBroker,
} from "../../examples/trustee";
import { keyBrokerConfigurations } from "../../keyBroker";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const at = (key: string) => `${vaultPath}#plugins[0].${key}`;

export const keyStoreVerified = resourceRule({
  id: "key-store-verified",
  title: "The key broker verifies its key store, and keeps the token for it secret",
  pillar: "attestation",
  severity: "high",
  threat:
    "Whoever gets between key broker and Vault reads the token and every key on the way; Trustee checks no certificate unless told to.",
  remediation:
    "Write vault_url with https:// and verify_ssl = true, with ca_certs for a private authority, in a Secret.",
  source: file(repositories.trustee, "kbs/docs/vault_kv.md"),
  platforms,
  claims: ["keys-never-in-clear"],
  boundary: { by: "ownControlPlane", how: "the model owner configures its own key broker" },
  looksAt: keyBrokerConfigurations,
  *check({ secret, document }) {
    for (const plugin of document?.at("plugins").items() ?? []) {
      if (plugin.at("storage_backend_type").text?.toLowerCase() !== "vault") continue;
      const url = plugin.at("vault_url");
      if (!url.text?.startsWith("https://")) yield url.finding("is no https:// URL");
      if (plugin.at("verify_ssl").value !== true)
        yield plugin.at("verify_ssl").finding("accepts any certificate; left out it is false");
      const token = plugin.at("token").hidden();
      if (!secret && token.present) yield token.finding("opens the key store to everybody who may read a ConfigMap");
    }
  },
  compliant: [vaultedKeyBroker, keyBrokerConfiguration],
  breakages: [
    {
      mistake: "certificates left unchecked",
      path: vaultPointer,
      replace: ["verify_ssl = true", "verify_ssl = false"],
      expect: at("verify_ssl"),
    },
    {
      mistake: "Trustee's default",
      path: vaultPointer,
      replace: ["verify_ssl = true\n", ""],
      expect: at("verify_ssl"),
    },
    {
      mistake: "plain HTTP to the key store",
      path: vaultPointer,
      replace: ["https://vault", "http://vault"],
      expect: at("vault_url"),
    },
    {
      mistake: "the key store's token in a ConfigMap",
      resource: 1,
      path: keyBrokerPointer,
      replace: ['storage_backend_type = "kvstorage"', vaultPlugin],
      expect: `${keyBrokerPath}#plugins[0].token`,
    },
  ],
});
