import {
  attestationServiceConfiguration,
  attestationServicePath,
  attestationServicePointer,
  keyBrokerConfiguration,
  keyBrokerPath,
  keyBrokerPointer,
} from "../../examples/trustee";
import { attestationServiceSettings, keyBrokerDocuments } from "../../keyBroker";
import type { Finding, Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

/** Who verifies tokens, and who signs them. */
const ends: Selector<() => Iterable<Finding>> = {
  kinds: keyBrokerDocuments.kinds,
  *select(resource) {
    for (const document of keyBrokerDocuments.select(resource)) yield () => verified(document.at("attestation_token"));
    for (const settings of attestationServiceSettings.select(resource))
      yield () => signed(settings.at("attestation_token_broker", "signer"));
  },
};

export const attestationTokenTrusted = resourceRule({
  id: "attestation-token-trusted",
  title: "Attestation tokens are signed by a kept key, and the key broker trusts no other",
  pillar: "attestation",
  severity: "critical",
  threat:
    "A guest, or anybody, writes a token that says it is affirming, signs it with a key of its own, and is given the model's key.",
  remediation:
    "Give the attestation service a signer (key_path, cert_path), name its certificate in attestation_token.trusted_certs_paths, and leave insecure_header_jwk out.",
  source: issue(repositories.trustee, 486),
  platforms,
  claims: ["key-broker-closed"],
  boundary: { by: "ownControlPlane", how: "the model owner configures its own key broker" },
  looksAt: ends,
  check: (findings) => findings(),
  compliant: [keyBrokerConfiguration, attestationServiceConfiguration],
  breakages: [
    {
      mistake: "any key in a token's header is believed",
      path: keyBrokerPointer,
      replace: ["[attestation_token]", "[attestation_token]\ninsecure_header_jwk = true"],
      expect: `${keyBrokerPath}#attestation_token.insecure_header_jwk`,
    },
    {
      mistake: "no trust anchor",
      path: keyBrokerPointer,
      replace: ['["/etc/kbs/token/ca.crt"]', "[]"],
      expect: `${keyBrokerPath}#attestation_token.trusted_certs_paths`,
    },
    {
      mistake: "trust in whatever plain HTTP serves",
      path: keyBrokerPointer,
      replace: ["[attestation_token]", '[attestation_token]\ntrusted_jwk_sets = ["http://as.trustee.svc/jwks.json"]'],
      expect: `${keyBrokerPath}#attestation_token.trusted_jwk_sets[0]`,
    },
    {
      mistake: "a signer made up at each start, in the built-in service",
      path: keyBrokerPointer,
      replace: ["[attestation_service.attestation_token_broker.signer]", "[attestation_service.signer]"],
      expect: `${keyBrokerPath}#attestation_service.attestation_token_broker.signer.key_path`,
    },
    {
      mistake: "a signer made up at each start, in a service of its own",
      resource: 1,
      path: attestationServicePointer,
      replace: ['"signer":', '"signing":'],
      expect: `${attestationServicePath}#attestation_token_broker.signer.key_path`,
    },
  ],
});

function* verified(token: Place): Iterable<Finding> {
  const insecure = token.at("insecure_header_jwk");
  if ((insecure.value ?? false) !== false) yield insecure.finding("believes the key that a token brings along");
  const certificates = token.at("trusted_certs_paths");
  const keySets = token.at("trusted_jwk_sets").items();
  if (certificates.items().length + keySets.length === 0)
    yield certificates.finding("names no certificate that tokens are verified with");
  for (const keySet of keySets)
    if (!/^(https|file):\/\//.test(keySet.text ?? "")) yield keySet.finding("is neither https:// nor file://");
}

function* signed(signer: Place): Iterable<Finding> {
  const key = signer.at("key_path");
  if (!key.text)
    yield key.hidden().finding("is missing: each process signs with a key of its own, which nobody can know");
}
