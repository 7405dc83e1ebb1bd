import { everyContainer, literal, re2 } from "../../admission/cel";
import { confidentialDeployment, containerPath, containerPointer } from "../../examples/confidentialDeployment";
import type { Container } from "../../kubernetes";
import { confidentialContainers } from "../../kubernetes";
import type { Finding } from "../../place";
import { platforms, resourceRule } from "../../rule";
import { secret } from "../../../components/secretText";
import { file, repositories } from "../../sources";

/** Names that end in what they hold: NGC_API_KEY, HF_TOKEN, dbPassword; not MAX_TOKENS. */
const telling = /(api_?key|access_?key|private_?key|secret(_?key)?|token|passw(or)?d|passphrase|credentials?)$/i;
/** Where to find a secret instead of the secret. */
const reference = /^(sealed\.|kbs:\/\/|file:\/\/|\/|$)/;

const names = telling.source.slice(0, -1);
const options = names.replaceAll("_", "[_-]");
/** The same as one expression on a whole word of a command: `--hf-token=…`. */
const option = (end: string) => new RegExp(`^--?[\\w-]*${options}${end}`, "i");
/** In the text of a shell: `HF_TOKEN=… serve`, `serve --hf-token …`; neither `$HF_TOKEN` nor where to find it. */
const inShell = new RegExp(
  `(^|[\\s;&|(?"'])(--?[\\w-]*${options}=|\\w*${names}=|--[\\w-]*${options}\\s+)["']?[^\\s"'/$\`-]`,
  "i",
);
const places = ["sealed.", "kbs://", "file://"];
const referring = /^[^=]*=(-|sealed\.|kbs:\/\/|file:\/\/|\/|$)/;

export const noPlainSecrets = resourceRule({
  id: "no-plain-secrets",
  title: "No secret stands in the manifest of a confidential pod",
  pillar: "images",
  severity: "high",
  threat: "The provider reads variables and arguments in its own API server; no guest has to be broken into.",
  remediation: "Seal the value (sealed.…) and refer to it by secretKeyRef, or let the guest fetch it: kbs:///<path>.",
  source: file(repositories.cocoDocs, "content/en/docs/features/sealed-secrets.md"),
  platforms,
  claims: ["keys-never-in-clear"],
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: everyContainer(
          `c.?env.orValue([]).all(e, !e.?value.orValue("").matches(${re2(secret)}) && (!e.name.matches(${re2(telling)}) || e.?value.orValue("").matches(${re2(reference)})))`,
        ),
        message: "an environment variable is for the provider to read",
      },
      ...["command", "args"].map((list) => ({
        expression: everyContainer(
          `c.?${list}.orValue([]).all(w, !w.matches(${re2(secret)}) && !w${places.map((place) => `.replace(${literal(place)}, "/")`).join("")}.matches(${re2(inShell)}) && (!w.matches(${re2(option("="))}) || w.matches(${re2(referring)})))`,
        ),
        message: `a word of ${list} is for the provider to read`,
      })),
      ...["command", "args"].map((list) => ({
        expression: everyContainer(
          `c.?${list}.orValue([]).all(i, w, i == 0 || !c.${list}[i - 1].matches(${re2(option("$"))}) || w.matches(${re2(/^-/)}) || w.matches(${re2(reference)}))`,
        ),
        message: `the word after an option of ${list} is for the provider to read`,
      })),
    ],
  },
  boundary: {
    by: "nothing",
    how: "what the provider has read it keeps; replace a secret that was placed in plain text",
  },
  looksAt: confidentialContainers,
  check: ofContainer,
  compliant: [confidentialDeployment],
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
      mistake: "a token in a line for the shell",
      path: `${containerPointer}/args`,
      value: ["export HF_TOKEN=not-to-be-read; exec serve"],
      expect: `${containerPath}.args[0]`,
    },
    {
      mistake: "a hub's token in the middle of a line",
      path: `${containerPointer}/command`,
      value: ["sh", "-c", "download --with hf_0123456789abcdefghij && serve"],
      expect: `${containerPath}.command[2]`,
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
      const shell = places.reduce((rest, place) => rest.replaceAll(place, "/"), text);
      if (
        secret.test(text) ||
        inShell.test(shell) ||
        (isTelling(name) && !/^-|^$/.test(value ?? "") && !reference.test(value ?? ""))
      )
        yield word.finding("is for the provider to read");
    }
  }
}

const isTelling = (option: string | undefined) => option !== undefined && telling.test(option.replace(/-/g, "_"));
