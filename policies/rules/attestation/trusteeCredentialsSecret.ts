import { intelKeyBroker, keyBrokerConfiguration, keyBrokerPath, keyBrokerPointer } from "../../examples/trustee";
import { keyBrokerConfigurations } from "../../keyBroker";
import type { Place } from "../../place";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const pluginKeys = ["pin", "password", "client_key"];

export const trusteeCredentialsSecret = resourceRule({
  id: "trustee-credentials-secret",
  title: "A key broker's configuration that holds credentials is in a Secret",
  pillar: "attestation",
  severity: "high",
  threat:
    "Everybody who may read a ConfigMap reads the PIN of the HSM, the key for Intel's service or the password of the store, and asks there in the key broker's name.",
  remediation: "Put the whole kbs-config.toml into a Secret, or name the store by POSTGRES_URL or REDIS_URL from one.",
  source: file(repositories.trustee, "kbs/docs/plugins/pkcs11.md"),
  platforms,
  claims: ["keys-never-in-clear"],
  boundary: { by: "ownControlPlane", how: "the model owner configures its own key broker" },
  looksAt: keyBrokerConfigurations,
  *check({ secret, document }) {
    if (secret || !document) return;
    for (const place of credentials(document))
      if (place.present) yield place.hidden().finding("is for everybody to read who may read a ConfigMap");
  },
  compliant: [keyBrokerConfiguration, intelKeyBroker],
  breakages: [
    {
      mistake: "the HSM's PIN in a ConfigMap",
      path: keyBrokerPointer,
      replace: [
        "[[plugins]]\n",
        '[[plugins]]\nname = "pkcs11"\nmodule = "/usr/lib/p11.so"\npin = "1234"\n\n[[plugins]]\n',
      ],
      expect: `${keyBrokerPath}#plugins[0].pin`,
    },
    {
      mistake: "the database's password in a ConfigMap",
      path: keyBrokerPointer,
      replace: [
        'storage_type = "LocalFs"\n',
        'storage_type = "LocalFs"\n\n[storage_backend.backends.postgres]\npassword = "trustee"\n',
      ],
      expect: `${keyBrokerPath}#storage_backend.backends.postgres.password`,
    },
    {
      mistake: "a password inside a URL",
      path: keyBrokerPointer,
      replace: [
        'storage_type = "LocalFs"\n',
        'storage_type = "LocalFs"\n\n[storage_backend.backends.redis]\nurl = "redis://:trustee@redis:6379"\n',
      ],
      expect: `${keyBrokerPath}#storage_backend.backends.redis.url`,
    },
  ],
});

/** Where credentials may stand; the token of a Vault is a demand of `key-store-verified`. */
function* credentials(document: Place): Iterable<Place> {
  yield document.at("attestation_service", "api_key");
  for (const plugin of document.at("plugins").items()) for (const key of pluginKeys) yield plugin.at(key);
  const backends = document.at("storage_backend", "backends");
  yield backends.at("postgres", "password");
  const url = backends.at("redis", "url");
  if (/\/\/[^/@]*:[^/@]+@/.test(url.text ?? "")) yield url;
}
