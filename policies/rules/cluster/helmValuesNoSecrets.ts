import { gpuOperator } from "../../examples/cluster";
import { helmReleases } from "../../helm";
import type { Finding, Place } from "../../place";
import { platforms, resourceRule } from "../../rule";
import { isReference, isSecretNumber, isSecretText, isTellingName } from "../../../components/secretText";
import { page } from "../../sources";

const deepest = 16;

export const helmValuesNoSecrets = resourceRule({
  id: "helm-values-no-secrets",
  title: "Helm values hold no passwords, tokens or private keys",
  pillar: "cluster",
  severity: "high",
  threat:
    "Helm keeps the values of every version of a release in the cluster: whoever reads Secrets or the history of releases has them for ever.",
  remediation:
    "Put the secret into a Secret of its own, made by a secret store, and give the chart that Secret's name.",
  source: page("Helm, Storage backends", "https://helm.sh/docs/topics/advanced/#storage-backends"),
  platforms,
  claims: ["keys-never-in-clear"],
  protects: ["modelOwner", "infrastructureProvider"],
  boundary: { by: "nothing", how: "what was in a release's history is known; replace the secret" },
  looksAt: helmReleases,
  // One that Pulumi keeps secret in its state is in plain text in Helm's history all the same.
  check: ({ values }) => secretsIn(values.hidden(), "", 0),
  compliant: [gpuOperator],
  breakages: [
    {
      mistake: "a registry's password among the values",
      path: "/values/imageCredentials",
      value: { username: "robot", password: "not-to-be-read" },
      expect: "values.imageCredentials.password",
    },
    {
      mistake: "a licence token among the values",
      path: "/values/driver",
      value: { licensingConfig: { clientToken: "not-to-be-read" } },
      expect: "values.driver.licensingConfig.clientToken",
    },
    {
      mistake: "an API key in an operator's environment",
      path: "/values/ccManager/env",
      value: [{ name: "NGC_API_KEY", value: "not-to-be-read" }],
      expect: "values.ccManager.env[0].value",
    },
    {
      mistake: "a password of digits",
      path: "/values/imageCredentials",
      value: { username: "robot", password: 20261231 },
      expect: "values.imageCredentials.password",
    },
    {
      mistake: "a token one level below its name",
      path: "/values/driver",
      value: { clientToken: { value: "not-to-be-read" } },
      expect: "values.driver.clientToken.value",
    },
    {
      mistake: "a private key under a harmless name",
      path: "/values/webhook",
      value: { pem: "-----BEGIN EC PRIVATE KEY-----\nnot-to-be-read\n-----END EC PRIVATE KEY-----\n" },
      expect: "values.webhook.pem",
    },
  ],
});

function* secretsIn(place: Place, name: string, depth: number): Iterable<Finding> {
  if (depth > deepest) return;
  const { text } = place;
  if (text !== undefined) {
    if (isSecretText(text) || (isTellingName(name) && !isReference(text)))
      yield place.finding("is a secret in plain text");
    return;
  }
  const { value } = place;
  if (typeof value === "number" && isTellingName(name) && isSecretNumber(value))
    yield place.finding("is a secret in plain text");
  // An environment variable's name stands beside its value, and that of a setting above it.
  const named = (place.keys().includes("value") ? place.at("name").text : undefined) ?? name;
  for (const key of place.keys()) yield* secretsIn(place.at(key), key === "value" ? named : key, depth + 1);
  for (const item of place.items()) yield* secretsIn(item, name, depth + 1);
}
