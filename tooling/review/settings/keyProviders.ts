import { another, ladder, ranges } from "./readings";
import type { Setting } from "./setting";
import { owner, provider } from "./setting";

const keys = { pillar: "attestation", protects: owner } as const;
const hsm = "attestation.keyStore{kind=pkcs11}";
const operator = {
  reading: ladder(["owner"], ["vendor"]),
  weaker: "whoever runs the service can hand out the keys, too",
  stronger: "nobody but the model owner runs the service with the keys",
} as const;
const chart = (path: string, what: string): readonly Setting[] =>
  ["reference", "version", "digest", "values"].map((part) => ({
    ...keys,
    path: `${path}.${part}`,
    reading: another,
    changed: `another ${what}, which nothing here measures`,
  }));

/** What partners put behind the key broker, or beside it and beside Kata. */
export const keyProviderSettings: readonly Setting[] = [
  { ...keys, path: `${hsm}.operatedBy`, ...operator },
  { ...keys, path: `${hsm}.image`, reading: another, changed: "another build of the key broker holds the keys" },
  { ...keys, path: `${hsm}.module`, reading: another, changed: "other code of the image is given the PIN" },
  { ...keys, path: `${hsm}.environment`, reading: another, changed: "the module goes elsewhere for keys" },
  { ...keys, path: `${hsm}.secretEnvironment`, reading: another, changed: "the module is given other credentials" },
  {
    ...keys,
    path: "attestation.externalSecrets.etcdEncrypted",
    reading: ladder([undefined], [true]),
    weaker: "models' keys lie in a Secret of the owner's cluster, and in its etcd",
    stronger: "no operator copies models' keys into the owner's cluster any more",
  },
  { ...keys, path: "attestation.externalSecrets.source.operatedBy", ...operator },
  { ...keys, path: "attestation.externalSecrets.source.apiUrl", reading: another, changed: "keys come from elsewhere" },
  { ...keys, path: "attestation.externalSecrets.objects", reading: another, changed: "other objects become keys" },
  {
    ...keys,
    path: "attestation.policyManager.kind",
    reading: ladder([undefined], ["anjuna"]),
    weaker: "a store of secrets that Microsoft can open, and that Trustee does not judge for, stands beside Trustee",
    stronger: "nobody but Trustee hands out secrets",
  },
  ...chart("attestation.policyManager.chart", "Policy Manager"),
  {
    ...keys,
    path: "attestation.policyManager.azure",
    reading: another,
    changed: "the Policy Manager is unsealed by others, or by another key",
  },
  {
    ...keys,
    path: "own.anjuna.runtimeClassName",
    reading: another,
    changed: "pods beside Kata's guests, of which no release says anything, come or go by another name",
  },
  ...chart("own.anjuna.chart", "runtime of Anjuna's"),
  {
    pillar: "hardware",
    protects: provider,
    path: "own.fortanix.nodeAgent.image",
    reading: another,
    changed: "another agent runs on the hosts",
  },
  {
    pillar: "hardware",
    protects: provider,
    path: "own.fortanix.nodeAgent.managerCidrs",
    reading: ranges,
    weaker: "the agent on the hosts reaches them",
    stronger: "the agent on the hosts no longer reaches them",
  },
  ...chart("own.fortanix.nodeAgent.chart", "agent on the hosts"),
];
