import { confidentialDeployment, containerPath, containerPointer } from "../../examples/confidentialDeployment";
import { sealedSecret } from "../../examples/cluster";
import type { Container } from "../../kubernetes";
import { confidentialContainers, declaredConfidential, objects } from "../../kubernetes";
import type { Finding, Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** Names that end in what they hold: NGC_API_KEY, HF_TOKEN, dbPassword; not MAX_TOKENS. */
const telling = /(api_?key|access_?key|private_?key|secret(_?key)?|token|passw(or)?d|passphrase|credentials?)$/i;
/** Values that are secret whatever they are called: private keys, and tokens of registries and hubs. */
const secret = /-----BEGIN [A-Z ]*PRIVATE KEY-----|^nvapi-[\w-]{20,}|^hf_\w{20,}|^AKIA[A-Z0-9]{16}$/;
/** Where to find a secret instead of the secret. */
const reference = /^(sealed\.|kbs:\/\/|file:\/\/|\/|$)/;

const places: Selector<() => Iterable<Finding>> = {
  kinds: [...confidentialContainers.kinds, "v1/Secret"],
  *select(resource) {
    for (const container of confidentialContainers.select(resource)) yield () => ofContainer(container);
    for (const { body } of objects("v1/Secret").select(resource))
      if (declaredConfidential(body.at("metadata"))) yield () => ofSecret(body);
  },
};

export const noPlainSecrets = resourceRule({
  id: "no-plain-secrets",
  title: "Confidential pods are given sealed secrets, never plain ones",
  pillar: "images",
  severity: "high",
  threat: "The provider reads environment variables and Secrets in its own API server; no guest has to be broken into.",
  remediation: "Seal the value (sealed.…) and refer to it by secretKeyRef, or let the guest fetch it: kbs:///<path>.",
  source: file(repositories.cocoDocs, "content/en/docs/features/sealed-secrets.md"),
  platforms,
  boundary: {
    by: "nothing",
    how: "what the provider has read it keeps; replace a secret that was placed in plain text",
  },
  looksAt: places,
  check: (findings) => findings(),
  compliant: [confidentialDeployment, sealedSecret],
  breakages: [
    {
      mistake: "a key as a variable",
      path: `${containerPointer}/env/-`,
      value: { name: "HF_TOKEN", value: "not-to-be-read" },
      expect: `${containerPath}.env[2].value`,
    },
    {
      mistake: "a key under another name",
      path: `${containerPointer}/env/0/value`,
      value: "nvapi-0123456789abcdefghij",
      expect: `${containerPath}.env[0].value`,
    },
    {
      mistake: "a password among the arguments",
      path: `${containerPointer}/args`,
      value: ["--api-key=not-to-be-read"],
      expect: `${containerPath}.args[0]`,
    },
    {
      mistake: "a token as the word after its option",
      path: `${containerPointer}/command`,
      value: ["serve", "--hf-token", "not-to-be-read"],
      expect: `${containerPath}.command[2]`,
    },
    {
      mistake: "a Secret with the key itself",
      resource: 1,
      path: "/stringData/NGC_API_KEY",
      value: "not-to-be-read",
      expect: "stringData.NGC_API_KEY",
    },
    {
      mistake: "a Secret with the key itself, encoded",
      resource: 1,
      path: "/data",
      value: { NGC_API_KEY: Buffer.from("not-to-be-read").toString("base64") },
      expect: "data.NGC_API_KEY",
    },
  ],
});

/** Nothing that is looked at here is ever shown. */
function* ofContainer({ place }: Container): Iterable<Finding> {
  const container = place.hidden();
  for (const variable of container.at("env").items()) {
    const value = variable.at("value");
    const text = value.text ?? "";
    if (secret.test(text) || (telling.test(variable.at("name").text ?? "") && !reference.test(text)))
      yield value.finding("is for the provider to read");
  }
  for (const list of ["command", "args"]) {
    let before = "";
    for (const word of container.at(list).items()) {
      const text = word.text ?? "";
      const [, name, value] = /^--?([\w-]+)=(.*)$/s.exec(text) ?? [undefined, /^--?([\w-]+)$/.exec(before)?.[1], text];
      before = text;
      if (secret.test(value ?? "") || (isTelling(name) && !/^-|^$/.test(value ?? "") && !reference.test(value ?? "")))
        yield word.finding("is for the provider to read");
    }
  }
}

const isTelling = (option: string | undefined) => option !== undefined && telling.test(option.replace(/-/g, "_"));

function* ofSecret(body: Place): Iterable<Finding> {
  for (const field of ["data", "stringData"]) {
    const holder = body.at(field).hidden();
    for (const key of holder.keys()) {
      const place = holder.at(key);
      const text = field === "data" ? Buffer.from(place.text ?? "", "base64").toString("utf8") : (place.text ?? "");
      if (!text.startsWith("sealed.")) yield place.finding("is not sealed");
    }
  }
}
