import { keyBrokerConfiguration, keyBrokerPath, keyBrokerPointer, trusteeRelease } from "../../examples/trustee";
import { keyBrokerConfigurations } from "../../keyBroker";
import type { Finding, Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";
import { trusteeReleases } from "../../trusteeCharts";
import type { TrusteeFile } from "../../trusteeFiles";

const doors: Selector<() => Iterable<Finding>> = {
  kinds: [...keyBrokerConfigurations.kinds, ...trusteeReleases.kinds],
  *select(resource) {
    for (const file of keyBrokerConfigurations.select(resource)) yield () => ofConfiguration(file);
    for (const { values } of trusteeReleases.select(resource))
      yield () => ofChart(values.at("secrets", "useEphemeralGeneratedKeys"));
  },
};

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
  looksAt: doors,
  check: (findings) => findings(),
  compliant: [keyBrokerConfiguration, trusteeRelease],
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
    {
      mistake: "an administrator's token for ten years, made by Trustee's chart",
      resource: 1,
      path: "/values/secrets/useEphemeralGeneratedKeys",
      remove: true,
      expect: "values.secrets.useEphemeralGeneratedKeys",
    },
  ],
});

function* ofConfiguration({ place, document }: TrusteeFile): Iterable<Finding> {
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
}

/** The chart opens the interface in any case; with keys of the owner's own, nobody else finds the token for it. */
function* ofChart(generated: Place): Iterable<Finding> {
  if (generated.value !== false)
    yield generated.finding("leaves an administrator's key and token in a Secret of the cluster; left out it is true");
}
