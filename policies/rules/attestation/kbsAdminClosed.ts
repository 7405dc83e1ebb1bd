import { keyBrokerConfiguration, keyBrokerPath, keyBrokerPointer } from "../../examples/trustee";
import { keyBrokerConfigurations } from "../../keyBroker";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

export const kbsAdminClosed = resourceRule({
  id: "kbs-admin-closed",
  title: "The key broker's administration interface is closed",
  pillar: "attestation",
  severity: "critical",
  threat: "Whoever reaches the key broker, or finds an old token, replaces its policy or its keys by a single request.",
  remediation: 'Write authorization_mode = "DenyAll" under [admin]; change policies and values by the mounted files.',
  source: file(repositories.trustee, "kbs/docs/admin.md"),
  platforms,
  claims: ["key-broker-closed"],
  boundary: { by: "ownControlPlane", how: "the model owner configures its own key broker" },
  looksAt: keyBrokerConfigurations,
  *check({ place, document }) {
    if (!document) {
      yield place.hidden().finding("does not parse, so what the key broker makes of it cannot be told");
      return;
    }
    const admin = document.at("admin");
    const mode = admin.at("authorization_mode");
    if (mode.text !== "DenyAll") {
      yield mode.finding("lets requests change policies, keys and reference values");
      return;
    }
    // Keys that say nothing any more: kbs/docs/config.md up to 0.18.
    for (const key of ["type", "insecure_api", "insecure_key", "auth_public_key"])
      if (admin.at(key).present) yield admin.at(key).hidden().finding("is a key of older versions, and closes nothing");
  },
  compliant: [keyBrokerConfiguration],
  breakages: [
    {
      mistake: "open to everybody",
      path: keyBrokerPointer,
      replace: ['"DenyAll"', '"InsecureAllowAll"'],
      expect: `${keyBrokerPath}#admin.authorization_mode`,
    },
    {
      mistake: "open by token",
      path: keyBrokerPointer,
      replace: ['"DenyAll"', '"AuthenticatedAuthorization"'],
      expect: `${keyBrokerPath}#admin.authorization_mode`,
    },
    {
      mistake: "said as older versions wanted it",
      path: keyBrokerPointer,
      replace: ['authorization_mode = "DenyAll"', 'type = "DenyAll"'],
      expect: `${keyBrokerPath}#admin.authorization_mode`,
    },
    {
      mistake: "a left-over of an older version",
      path: keyBrokerPointer,
      replace: ['authorization_mode = "DenyAll"', 'authorization_mode = "DenyAll"\ninsecure_api = true'],
      expect: `${keyBrokerPath}#admin.insecure_api`,
    },
    {
      mistake: "said twice",
      path: keyBrokerPointer,
      replace: ["[admin]", '[admin]\nauthorization_mode = "DenyAll"'],
      expect: keyBrokerPath,
    },
  ],
});
