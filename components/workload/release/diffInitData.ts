import { X509Certificate } from "node:crypto";
import { parse } from "smol-toml";
import { decodeInitData } from "../../guest/initDataAnnotation";
import { changed, listChanges } from "./diffWords";
import type { Release } from "./schema";

type Leaves = ReadonlyMap<string, string>;

/** What the guest is told before it trusts anybody, part by part. Any change alters HOST_DATA or MRCONFIGID. */
export function initDataDifferences(a: Release, b: Release): string[] {
  const phrases: string[] = [];
  if (a.agentPolicy.origin !== b.agentPolicy.origin)
    phrases.push(
      changed(
        "agent policy's origin",
        a.agentPolicy.origin,
        b.agentPolicy.origin,
        b.agentPolicy.origin === "genpolicy"
          ? "made from the pod by Kata's own tool"
          : "Trustfoundry's generator, which is experimental",
      ),
    );
  if (a.initData.digest === b.initData.digest) {
    if (a.initData.annotation !== b.initData.annotation)
      phrases.push("init-data: packed differently; the digest, and so what is measured, stays");
    if (a.agentPolicy.digest !== b.agentPolicy.digest)
      phrases.push(
        "agent policy: another digest, though the same init-data: one of the two does not belong to its release",
      );
    return phrases;
  }
  const [before, after] = [leavesOf(a), leavesOf(b)];
  const parts =
    before && after ? partDifferences(before, after) : ["it cannot be read in both, so that its parts stay unknown"];
  phrases.push(
    `init-data: ${b.initData.digest} instead of ${a.initData.digest}: the hardware report shows it, and guests with the other one are given no keys`,
    ...(parts.length > 0 ? parts : ["the same settings in other bytes"]).map((part) => `init-data, ${part}`),
  );
  return phrases;
}

/** Every setting by its place, as text; undefined where the annotation is none. */
function leavesOf({ initData }: Release): Leaves | undefined {
  try {
    const leaves = new Map<string, string>();
    const { data, ...rest } = parse(decodeInitData(initData.annotation));
    collect(leaves, "", rest);
    for (const [file, text] of Object.entries((data ?? {}) as Record<string, unknown>))
      if (file.endsWith(".toml") && typeof text === "string") collect(leaves, `${file}/`, parse(text));
      else leaves.set(file, String(text));
    return leaves;
  } catch {
    return undefined;
  }
}

function collect(leaves: Map<string, string>, prefix: string, value: unknown): void {
  for (const [key, item] of Object.entries(value as Record<string, unknown>))
    if (typeof item === "object" && item !== null && !Array.isArray(item)) collect(leaves, `${prefix}${key}.`, item);
    else leaves.set(`${prefix}${key}`, typeof item === "string" ? item : JSON.stringify(item));
}

type Explain = (before: string | undefined, after: string | undefined) => string[];

const url: Explain = (before, after) => [
  changed("key broker", before, after, "guests ask this one for keys; check that it is the model owner's"),
];
const ca: Explain = (before, after) => [
  changed("key broker's CA", certificate(before), certificate(after), "guests trust whom it certifies"),
];

/** Settings that are known, in words. URL and CA stand in two files, for two clients in the guest. */
const settings: Readonly<Record<string, Explain>> = {
  "aa.toml/token_configs.kbs.url": url,
  "cdh.toml/kbc.url": url,
  "aa.toml/token_configs.kbs.cert": ca,
  "cdh.toml/kbc.kbs_cert": ca,
  "cdh.toml/image.image_security_policy": imagePolicy,
  "cdh.toml/image.authenticated_registry_credentials_uri": (before, after) => [
    changed("registry credentials", before, after, "the guest fetches them elsewhere"),
  ],
  "cdh.toml/image.extra_root_certificates": () => ["registries' CAs: others; the guest pulls from whom they certify"],
  "policy.rego": agentPolicy,
};

function partDifferences(before: Leaves, after: Leaves): string[] {
  const places = [...new Set([...before.keys(), ...after.keys()])].sort();
  const phrases = places
    .filter((place) => before.get(place) !== after.get(place))
    .flatMap((place) => {
      const explain = Object.hasOwn(settings, place) ? settings[place] : undefined;
      const values = [before.get(place), after.get(place)] as const;
      return explain ? explain(...values) : [changed(place, ...values, "look at both")];
    });
  return [...new Set(phrases)];
}

function agentPolicy(before = "", after = ""): string[] {
  const changes = listChanges(before.split("\n"), after.split("\n"));
  const added = changes.filter((change) => change.added).length;
  return [
    `agent policy: ${added} lines added or changed, ${changes.length - added} gone: what the host may ask of the guest differs; read both`,
  ];
}

function imagePolicy(before: string | undefined, after: string | undefined): string[] {
  const [was, is] = [acceptances(before), acceptances(after)];
  if (!was || !is) return ["image policy: another one, of a form that cannot be compared; read both"];
  return listChanges(was, is).map(({ added, item }) =>
    added ? `image policy: now lets in ${item}` : `image policy: no longer lets in ${item}`,
  );
}

/** `<transport> <scope> (<requirement>)`, the default among them. */
function acceptances(policy: string | undefined): string[] | undefined {
  try {
    const parsed = JSON.parse(policy ?? "{}") as {
      default?: unknown;
      transports?: Record<string, Record<string, unknown>>;
    };
    const scopes = Object.entries(parsed.transports ?? {}).flatMap(([transport, entries]) =>
      Object.entries(entries).map(([scope, requirement]) => `${transport} ${scope} (${JSON.stringify(requirement)})`),
    );
    return [`anything else (${JSON.stringify(parsed.default ?? null)})`, ...scopes];
  } catch {
    return undefined;
  }
}

function certificate(pem: string | undefined): string | undefined {
  if (pem === undefined) return undefined;
  try {
    const { subject, fingerprint256 } = new X509Certificate(pem);
    return `${subject.replaceAll("\n", ", ")} (SHA-256 ${fingerprint256})`;
  } catch {
    return "something unreadable";
  }
}
