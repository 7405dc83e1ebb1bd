import { confidentialDeployment, initDataPath, initDataPointer } from "../../examples/confidentialDeployment";
import { guestFile, initDataDocuments } from "../../initData";
import type { Finding, Place } from "../../place";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const at = (name: string, key: string) => `${initDataPath}#data["${name}"]#${key}`;

export const guestKeyBrokerTls = resourceRule({
  id: "guest-key-broker-tls",
  title: "Both clients in the guest reach one key broker, by HTTPS and by its own certificate authority",
  pillar: "guest",
  severity: "high",
  threat:
    "On plain HTTP, or with a second address, somebody on the way answers for the key broker and hands out keys and policies of its own.",
  remediation:
    "Write the same https:// URL and certificate into aa.toml (token_configs.kbs.url, cert) and cdh.toml (kbc.url, kbs_cert).",
  source: file(repositories.cocoDocs, "content/en/docs/examples/nvidia-nim-confidential-gpu-attestation.md"),
  platforms,
  claims: ["key-broker-reachable-by-guests"],
  boundary: {
    by: "keyBroker",
    how: "keys are encrypted to the attested guest, and the resource policy pins init-data; a broker that the host made up knows neither",
  },
  looksAt: initDataDocuments,
  *check({ document }) {
    const clients: Client[] = [];
    let sound = true;
    for (const [name, url, certificate] of files) {
      const file = guestFile(document, name);
      if (!file) {
        yield document.at("data", name).hidden().finding("is missing, or no TOML");
        continue;
      }
      const client = { url: file.at(...url), certificate: file.at(...certificate).hidden() };
      clients.push(client);
      for (const finding of clientProblems(client)) {
        sound = false;
        yield finding;
      }
    }
    const [first, second] = clients;
    if (!sound || !first || !second) return;
    if (first.url.text !== second.url.text) yield second.url.finding(`differs from that in ${files[0][0]}`);
    if (first.certificate.text?.trim() !== second.certificate.text?.trim())
      yield second.certificate.finding(`differs from that in ${files[0][0]}`);
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "plain HTTP for attestation",
      path: initDataPointer,
      replaceInInitData: ['[token_configs.kbs]\nurl = "https:', '[token_configs.kbs]\nurl = "http:'],
      expect: at("aa.toml", "token_configs.kbs.url"),
    },
    {
      mistake: "another key broker for secrets",
      path: initDataPointer,
      replaceInInitData: ['"cc_kbc"\nurl = "https://kbs.acme', '"cc_kbc"\nurl = "https://kbs.example'],
      expect: at("cdh.toml", "kbc.url"),
    },
    {
      mistake: "no certificate for secrets",
      path: initDataPointer,
      replaceInInitData: ["kbs_cert = ", "kbs_certificate = "],
      expect: at("cdh.toml", "kbc.kbs_cert"),
    },
    {
      mistake: "another certificate for attestation",
      path: initDataPointer,
      replaceInInitData: ["MIIB", "MIIC"],
      expect: at("cdh.toml", "kbc.kbs_cert"),
    },
    {
      mistake: "no settings for attestation",
      path: initDataPointer,
      replaceInInitData: ['"aa.toml"', '"as.toml"'],
      expect: `${initDataPath}#data["aa.toml"]`,
    },
  ],
});

interface Client {
  readonly url: Place;
  readonly certificate: Place;
}

function* clientProblems({ url, certificate }: Client): Iterable<Finding> {
  if (!/^https:\/\/[^/@\s]+/.test(url.text ?? "")) yield url.finding("is no https:// URL");
  if (!certificate.text?.includes("-----BEGIN CERTIFICATE-----"))
    yield certificate.finding("has no certificate to know the key broker by");
}

/** Where each client's file says it: guest-components v0.21.0, attestation-agent and confidential-data-hub. */
const files = [
  ["aa.toml", ["token_configs", "kbs", "url"], ["token_configs", "kbs", "cert"]],
  ["cdh.toml", ["kbc", "url"], ["kbc", "kbs_cert"]],
] as const;
