import type { RuleAttack } from "../attack";
import { add } from "../change";

/** An ExternalSecret of the model owner's, one property off. */
const fetching = (annotations: Record<string, string>, spec: Record<string, unknown>) =>
  add({
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: "model-keys", namespace: "trustee", annotations },
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { kind: "SecretStore", name: "fortanix-dsm" },
      target: { name: "model-keys" },
      ...spec,
    },
  });
const encrypted = { "trustfoundry.dev/etcd-encrypted": "true" };
const data = [{ secretKey: "acme.model-key.llama", remoteRef: { key: "llama-key" } }];

/** Where the model owner's keys come from. */
export const keySources: readonly RuleAttack[] = [
  {
    id: "keys-for-every-namespace",
    threat:
      "The store of keys serves the whole cluster: a guest account of one namespace writes itself an ExternalSecret.",
    attacker: "brokenApplication",
    rule: "external-secrets-bounded",
    where: "both",
    base: "trust",
    change: [fetching(encrypted, { secretStoreRef: { kind: "ClusterSecretStore", name: "dsm" }, data })],
  },
  {
    id: "keys-in-the-backup-of-etcd",
    threat: "Nobody has looked whether etcd is encrypted; a backup of it on a file server has every model's key.",
    attacker: "carelessEngineer",
    rule: "external-secrets-bounded",
    where: "both",
    base: "trust",
    change: [fetching({}, { data })],
  },
  {
    id: "all-that-the-hsm-has",
    threat: "To save a list the whole content of the store is copied, keys of other owners among it.",
    attacker: "carelessEngineer",
    rule: "external-secrets-bounded",
    where: "both",
    base: "trust",
    change: [fetching(encrypted, { data, dataFrom: [{ find: { name: { regexp: ".*" } } }] })],
  },
];
