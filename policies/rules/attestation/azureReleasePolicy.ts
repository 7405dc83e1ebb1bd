import { authoritiesOf, policyOf, releasedKeys } from "../../azureReleasePolicy";
import { releaseGrammar } from "../../cloudSources";
import { azureDiskKey, azureGuestKey, diskReleasePolicy, releasePolicyData } from "../../examples/azure";
import type { Finding, Place } from "../../place";
import { resourceRule } from "../../rule";

const data = "properties.releasePolicy.data";
const dataPointer = "/properties/releasePolicy/data";
const [authority] = diskReleasePolicy.anyOf;

export const azureReleasePolicy = resourceRule({
  id: "azure-release-policy",
  title: "A key that may leave Azure's vault is an HSM's, exportable, and has a release policy that parses",
  pillar: "attestation",
  severity: "critical",
  threat:
    "An exportable key without a policy goes to whoever has the permission; one with a policy that Azure cannot read goes to nobody, and cannot be corrected.",
  remediation:
    "Write kty: RSA-HSM, attributes.exportable: true, and releasePolicy.data: {version: 1.0.0, anyOf: [{authority, allOf}]} as JSON in base64url.",
  source: releaseGrammar,
  platforms: ["azure"],
  claims: ["keys-for-release-only"],
  boundary: {
    by: "nothing",
    how: "the vault enforces the policy and the cloud runs the vault; who may not trust it keeps keys elsewhere",
  },
  looksAt: releasedKeys,
  *check(key) {
    const { properties } = key;
    const type = properties.at("kty");
    if (!/-HSM$/.test(type.text ?? "")) yield type.finding("is no key of an HSM, and only those are released");
    const exportable = properties.at("attributes", "exportable");
    if (exportable.value !== true) yield exportable.finding("has to be true for a key that is to be released");
    if (!key.data.present) {
      yield key.data.finding("is missing, so nothing is asked of whoever wants the key");
      return;
    }
    const policy = policyOf(key);
    if (!policy) yield key.data.finding("is not JSON in base64url");
    else yield* grammar(policy);
  },
  compliant: [azureDiskKey, azureGuestKey],
  breakages: [
    {
      mistake: "an exportable key without a release policy",
      path: "/properties/releasePolicy",
      remove: true,
      expect: data,
    },
    {
      mistake: "a release policy for a key that cannot leave",
      path: "/properties/attributes/exportable",
      value: false,
      expect: "properties.attributes.exportable",
    },
    { mistake: "a software key to be released", path: "/properties/kty", value: "RSA", expect: "properties.kty" },
    {
      mistake: "the release policy as plain JSON",
      path: dataPointer,
      value: JSON.stringify(diskReleasePolicy),
      expect: data,
    },
    {
      mistake: "allOf at the root, as in one of Azure's samples",
      path: dataPointer,
      value: releasePolicyData({ version: "1.0.0", allOf: [authority] }),
      expect: `${data}#anyOf`,
    },
    {
      mistake: "a release policy without version",
      path: dataPointer,
      value: releasePolicyData({ anyOf: [authority] }),
      expect: `${data}#version`,
    },
    {
      mistake: "an authority whose every token is enough",
      path: dataPointer,
      value: releasePolicyData({ version: "1.0.0", anyOf: [{ authority: authority?.authority }] }),
      expect: `${data}#anyOf[0]`,
    },
    {
      mistake: "conditions that hang on a claim of everybody's",
      path: dataPointer,
      value: releasePolicyData({
        version: "1.0.0",
        anyOf: [
          { authority: authority?.authority, anyOf: [{ claim: "x-ms-ver", equals: "1.0", allOf: authority?.allOf }] },
        ],
      }),
      expect: `${data}#anyOf[0].anyOf[0]`,
    },
  ],
});

function* grammar(policy: Place): Iterable<Finding> {
  const version = policy.at("version");
  if (version.value !== "1.0.0") yield version.finding('is not "1.0.0"');
  const authorities = authoritiesOf(policy);
  if (authorities.length === 0) yield policy.at("anyOf").finding("lists no authority; the root knows anyOf only");
  for (const each of authorities) {
    const conditions = ["allOf", "anyOf"].filter((kind) => each.at(kind).items().length > 0);
    if (conditions.length !== 1) yield each.finding("needs conditions, either in allOf or in anyOf");
    for (const condition of conditions.flatMap((kind) => each.at(kind).items())) yield* single(condition);
  }
}

/** One claim with one text that it equals, or one list of such: of several things in one, a vault may look at any. */
function* single(condition: Place): Iterable<Finding> {
  const lists = ["allOf", "anyOf"].filter((kind) => condition.at(kind).present);
  const keys = condition.keys().sort().join();
  if (lists.length === 0 ? keys === "claim" || condition.keys().length !== 2 : keys !== lists[0])
    yield condition.finding("is several conditions in one; write one claim, or one of allOf and anyOf");
  for (const nested of lists.flatMap((kind) => condition.at(kind).items())) yield* single(nested);
}
