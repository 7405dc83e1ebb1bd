import { keyBrokerConfiguration, keyBrokerPath, keyBrokerPointer } from "../../examples/trustee";
import { operatorMaps, trusteeConfig } from "../../examples/trusteeOperator";
import { keyBrokerDocuments } from "../../keyBroker";
import { objects } from "../../kubernetes";
import type { Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const operator = objects("confidentialcontainers.org/v1alpha1/TrusteeConfig");
/** What `trustee-settings-known` refuses in a file already. */
const refusedElsewhere = ["old", "custom"];

const profiles: Selector<{ readonly profile: Place; readonly elsewhere: readonly string[] }> = {
  kinds: [...keyBrokerDocuments.kinds, ...operator.kinds],
  *select(resource) {
    for (const document of keyBrokerDocuments.select(resource))
      yield { profile: document.at("http_server", "tls_profile"), elsewhere: refusedElsewhere };
    for (const { body, partial } of operator.select(resource)) {
      const profile = body.at("spec", "tlsConfig", "profile");
      if (!partial || profile.present) yield { profile, elsewhere: [] };
    }
  },
};

export const keyBrokerTlsModern = resourceRule({
  id: "key-broker-tls-modern",
  title: "The key broker speaks TLS 1.3 and nothing older",
  pillar: "attestation",
  severity: "low",
  baseline: "advisory",
  threat:
    "Whoever records traffic of TLS 1.2 today reads what guests sent as soon as its key exchange falls; the post-quantum one comes with TLS 1.3 alone.",
  remediation: 'Write tls_profile = "modern"; for the operator tlsConfig.profile: modern. Guests are the only clients.',
  source: file(repositories.trustee, "kbs/docs/config.md", "v0.21.0"),
  platforms,
  claims: ["key-broker-reachable-by-guests"],
  boundary: { by: "keyBroker", how: "keys are encrypted to the guest's own key in any case" },
  admission: {
    scope: [{ group: "confidentialcontainers.org", version: "v1alpha1", resource: "trusteeconfigs" }],
    cluster: "owner",
    validations: [
      {
        expression: 'dyn(object).?spec.?tlsConfig.?profile.orValue("") == "modern"',
        message: "spec.tlsConfig.profile allows TLS 1.2",
      },
    ],
    blindTo: { "TLS 1.2 by default": "the setting is in a TOML text" },
  },
  looksAt: profiles,
  *check({ profile, elsewhere }) {
    if (profile.text !== "modern" && !elsewhere.includes(profile.text ?? ""))
      yield profile.finding("allows TLS 1.2; left out it is intermediate");
  },
  compliant: [keyBrokerConfiguration, trusteeConfig, ...operatorMaps],
  breakages: [
    {
      mistake: "TLS 1.2 by default",
      path: keyBrokerPointer,
      replace: ['tls_profile = "modern"\n', ""],
      expect: `${keyBrokerPath}#http_server.tls_profile`,
    },
    {
      mistake: "outdated TLS by the operator",
      resource: 1,
      path: "/spec/tlsConfig/profile",
      value: "old",
      expect: "spec.tlsConfig.profile",
    },
  ],
});
