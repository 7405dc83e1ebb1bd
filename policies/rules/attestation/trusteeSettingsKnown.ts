import {
  attestationServiceConfiguration,
  attestationServicePath,
  attestationServicePointer,
  keyBrokerConfiguration,
  keyBrokerPath,
  keyBrokerPointer,
  valueProviderConfiguration,
  valueProviderPath,
  valueProviderPointer,
  vaultPath,
  vaultPointer,
  vaultedKeyBroker,
} from "../../examples/trustee";
import type { Finding } from "../../place";
import { oneLine } from "../../place";
import type { Rule, Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";
import type { TrusteeFile } from "../../trusteeFiles";
import { trusteeFiles } from "../../trusteeFiles";
import { attestationTokenTrusted } from "./attestationTokenTrusted";
import { intelTrustAuthorityStrict } from "./intelTrustAuthorityStrict";
import { kbsAdminClosed } from "./kbsAdminClosed";
import { kbsTransportTls } from "./kbsTransportTls";
import { keyStoreVerified } from "./keyStoreVerified";
import { trusteeStorageKept } from "./trusteeStorageKept";

/** Rules that name the threat of a single setting; what one of them finds is not said twice. Packs have them all. */
const neighbours: readonly Rule[] = [
  attestationTokenTrusted,
  intelTrustAuthorityStrict,
  kbsAdminClosed,
  kbsTransportTls,
  keyStoreVerified,
  trusteeStorageKept,
];

const files: Selector<TrusteeFile & { readonly namedElsewhere: () => readonly string[] }> = {
  kinds: trusteeFiles.kinds,
  *select(resource) {
    const namedElsewhere = () =>
      neighbours.flatMap((rule) => rule.evaluate([resource]).findings.map((finding) => finding.path));
    for (const found of trusteeFiles.select(resource)) yield { ...found, namedElsewhere };
  },
};

export const trusteeSettingsKnown = resourceRule({
  id: "trustee-settings-known",
  title: "Trustee's configuration files hold settings that Trustee knows, and none that opens it",
  pillar: "attestation",
  severity: "high",
  threat:
    "Trustee passes over a misspelt or retired key without a word: what it was to close stays open, what it was to keep is forgotten.",
  remediation:
    "Write what is said at the key; the keys are those of Trustee v0.21.0, and samples of earlier versions are of no use.",
  source: file(repositories.trustee, "kbs/docs/config.md", "v0.21.0"),
  platforms,
  claims: ["key-broker-closed"],
  boundary: { by: "ownControlPlane", how: "the model owner configures its own key broker and attestation service" },
  looksAt: files,
  *check({ namedElsewhere, ...found }) {
    const problems = found.problems();
    const named = problems.length > 0 ? namedElsewhere() : [];
    for (const problem of problems) {
      const finding = findingOf(found, problem);
      if (!named.some((path) => covers(path, finding.path))) yield finding;
    }
  },
  compliant: [keyBrokerConfiguration, attestationServiceConfiguration, valueProviderConfiguration, vaultedKeyBroker],
  breakages: [
    {
      mistake: "a misspelt key",
      path: keyBrokerPointer,
      replace: ["insecure_http = false", "insecure_htp = false"],
      expect: `${keyBrokerPath}#http_server.insecure_htp`,
    },
    {
      mistake: "a key that only older versions obeyed",
      path: keyBrokerPointer,
      replace: ["[attestation_token]", "[attestation_token]\ninsecure_key = false"],
      expect: `${keyBrokerPath}#attestation_token.insecure_key`,
    },
    {
      mistake: "a policy where older versions had it",
      path: keyBrokerPointer,
      replace: ["[storage_backend]", '[policy_engine]\npolicy_path = "/opa/policy.rego"\n\n[storage_backend]'],
      expect: `${keyBrokerPath}#policy_engine`,
    },
    {
      mistake: "outdated TLS",
      path: keyBrokerPointer,
      replace: ['tls_profile = "modern"', 'tls_profile = "old"'],
      expect: `${keyBrokerPath}#http_server.tls_profile`,
    },
    {
      mistake: "GPU evidence that nobody outside looks at, in the built-in service",
      path: keyBrokerPointer,
      replace: ['[attestation_service.verifier_config.nvidia_verifier]\ntype = "Remote"\n', ""],
      expect: `${keyBrokerPath}#attestation_service.verifier_config.nvidia_verifier`,
    },
    {
      mistake: "GPU evidence that nobody outside looks at, in a service of its own",
      resource: 1,
      path: attestationServicePointer,
      replace: ['"nvidia_verifier"', '"nvidia"'],
      expect: `${attestationServicePath}#verifier_config.nvidia`,
    },
    {
      mistake: "GPU evidence over plain HTTP",
      resource: 1,
      path: attestationServicePointer,
      replace: ['"type":"Remote"', '"type":"Remote","verifier_url":"http://nras.example"'],
      expect: `${attestationServicePath}#verifier_config.nvidia_verifier.verifier_url`,
    },
    {
      mistake: "reference values where older versions had them",
      resource: 2,
      path: valueProviderPointer,
      value: JSON.stringify({ storage: { type: "LocalJson", storage_type: "LocalJson" } }),
      expect: `${valueProviderPath}#storage.type`,
    },
    {
      mistake: "a reference value provider that Trustee would replace by its defaults",
      resource: 2,
      path: valueProviderPointer,
      value: "{",
      expect: valueProviderPath,
    },
    {
      mistake: "a key store that Trustee does not know",
      resource: 3,
      path: vaultPointer,
      replace: ['"Vault"', '"HashiCorp"'],
      expect: `${vaultPath}#plugins[0].storage_backend_type`,
    },
  ],
});

/** Whether what a neighbour found at a path is, or is a part of, what was found here. */
function covers(named: string, found: string): boolean {
  if (named === found || [".", "["].some((step) => named.startsWith(found + step))) return true;
  // With the mode to be DenyAll, what a mode by tokens would need is not needed.
  const mode = "#admin.authorization_mode";
  const tokens = named.endsWith(mode) ? named.slice(0, -mode.length) : undefined;
  return tokens !== undefined && /^#admin\.(authentication|authorization)\b/.test(found.slice(tokens.length));
}

/** `kbs-config.toml: http_server.insecure_htp: no such key …`; what is wrong with a whole file names no key. */
const sentence = /^[\w.-]+: (?:(?<key>.+?): )?(?<what>.+)$/s;

function findingOf({ place, secret }: TrusteeFile, problem: string): Finding {
  const { key, what = problem } = sentence.exec(problem)?.groups ?? {};
  const path = key === undefined || key === "the file" ? place.path : `${place.path}#${oneLine(key)}`;
  // A value is quoted in front of what is wrong with it; nothing out of a Secret is ever shown.
  return { path, message: oneLine(secret ? what.replace(/^".*" /s, "") : what) };
}
