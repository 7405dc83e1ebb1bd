import { sha256, canonicalJson } from "../../../../components/names";
import { releaseBlock } from "../../../../components/attestation/releaseBlock";
import { configurationDigestAnnotation } from "../../../../components/attestation/trusteePods";
import { resourceSecretKey, serviceName, stores } from "../../../../components/attestation/trusteeLayout";
import type { KeySubject, Link } from "../../outcome";
import { broken, count, ok, skipped, told } from "../../outcome";
import { see } from "../../seen";
import type { TrustSnapshot } from "../../snapshot";
import { measuredDifferently } from "../../explainMeasurement";
import { deploymentOf, inTrust } from "./broker";
import { blockOf, mountedFiles, releaseFile, servicesOf } from "./trust";
import { missingValues } from "./values";

const docs = "docs/trust.md#what-trustee-is-here";

const time = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

export const decisionLinks: readonly Link<KeySubject>[] = [
  {
    id: "policy-loads",
    question: "Does the live resource policy load?",
    follows: ["broker-there", "broker-stores"],
    check: inTrust((trust) => ok(`${count(Object.keys(see(trust.blocks)).length, "release")} in it`)),
  },
  {
    id: "release-known",
    question: "Does the resource policy know the release?",
    follows: ["broker-there", "broker-stores", "policy-loads"],
    check: inTrust((trust, _snapshot, { release }) => {
      const ids = Object.keys(see(trust.blocks));
      if (ids.includes(release)) return ok(release);
      return broken({
        found: ids.length > 0 ? `blocks ${ids.join(", ")}` : "no block of any release",
        wanted: `a block ${release}`,
        why: "the key broker lets in guests of releases that it knows, and nobody else",
        remedy: "the model owner has to run `pulumi up` of the trust stack with this release before its guests start",
        docs: "docs/releases.md",
      });
    }),
  },
  {
    id: "release-in-time",
    question: "Are guests of the release given keys today?",
    follows: ["release-known"],
    check: inTrust((trust, snapshot, subject) => {
      const { from, until } = blockOf(trust, subject);
      const now = snapshot.now.getTime() / 1000;
      if (now >= from && now < until) return ok(`until ${time(until)}`);
      return broken({
        found: `keys from ${time(from)} until ${time(until)}`,
        wanted: `a time that ${snapshot.now.toISOString()} lies in`,
        why: "the resource policy compares the token's time, and gives nothing before or after",
        remedy: "sign a release with a later end, or move `formerReleaseUntil`, and run `pulumi up` of the trust stack",
        docs: "docs/releases.md",
      });
    }),
  },
  {
    id: "release-block",
    question: "Does the resource policy hold guests against what the release says?",
    follows: ["release-known"],
    check: inTrust((trust, snapshot, subject) => {
      const release = releaseFile(snapshot, subject);
      if (!release) return skipped(`no file of ${subject.release} was given (--release)`);
      const found = blockOf(trust, subject) as unknown as Readonly<Record<string, unknown>>;
      const wanted = ["resource", "pkcs11"].map((plugin) => releaseBlock({ release }, plugin as "resource" | "pkcs11"));
      const compared = ["init_data", "cpu", "gpus", "switches", "drivers", "vbios", "switch_bios", "paths"];
      const different =
        wanted.map((block) => differences(found, block, compared)).sort((a, b) => a.length - b.length)[0] ?? [];
      if (different.length === 0) return ok(`${compared.length} fields`);
      const [first] = different;
      const cause = first?.path.startsWith("cpu.")
        ? measuredDifferently(snapshot, release, found.cpu as Record<string, unknown>)
        : undefined;
      return broken({
        found: different.map(({ path, found: value }) => `${path} ${told(value)}`).join(", "),
        wanted: different.map(({ path, wanted: value }) => `${path} ${told(value)}`).join(", "),
        why: `guests as released do not pass${cause ? `; the policy's is that of a guest with ${cause}` : ""}`,
        remedy: "run `pulumi up` of the trust stack with this very release file; nobody edits the policy by hand",
        docs: "docs/releases.md",
      });
    }),
  },
  {
    id: "release-values",
    question: "Do the reference values have what the release measures?",
    follows: ["release-known"],
    check: inTrust((trust, snapshot, subject) => {
      const release = releaseFile(snapshot, subject);
      if (!release) return skipped(`no file of ${subject.release} was given (--release)`);
      if (!servicesOf(trust).includes("rvps")) return skipped("Intel Trust Authority has reference values of its own");
      const missing = missingValues(release, see(trust.referenceValues));
      if (missing.length === 0) return ok("every value of the release");
      return broken({
        found: missing.map(({ name, found }) => `${name} ${told(found)}`).join(", "),
        wanted: missing.map(({ name, wanted }) => `${name} with ${told(wanted)}`).join(", "),
        why: "the attestation service does not affirm the part that is compared with these values",
        remedy: "run `pulumi up` of the trust stack with this release",
        docs,
      });
    }),
  },
  {
    id: "stores-as-checked",
    question: "Are policies, values and configuration as they were rendered?",
    follows: ["broker-there", "broker-stores", "release-known", "release-in-time", "release-block", "release-values"],
    check: inTrust((trust) => {
      const wrong = servicesOf(trust).flatMap((service) => changedFiles(trust, service));
      if (wrong.length === 0) return ok("every file has the digest that its pods compare");
      return broken({
        found: wrong.join("; "),
        wanted: "the files whose digests stand in the Deployments (store-check)",
        why: "somebody changed them beside the stack: pods that start refuse them, and pods that run may serve them",
        remedy:
          "find out who, then `pulumi up --refresh` of the trust stack; take keys for given away where the resource policy was opened",
        docs,
      });
    }),
  },
  {
    id: "replicas-alike",
    question: "Do all replicas decide by the same files?",
    follows: ["broker-there", "broker-available", "broker-services"],
    check: inTrust((trust) => {
      const pods = see(trust.pods);
      const odd = servicesOf(trust).flatMap((service) => {
        const wanted = deploymentOf(trust, service).spec.template.metadata?.annotations?.[
          configurationDigestAnnotation
        ];
        return pods
          .filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === serviceName(service))
          .filter(({ metadata }) => metadata.annotations?.[configurationDigestAnnotation] !== wanted)
          .map(({ metadata }) => metadata.name);
      });
      if (odd.length === 0) return ok("one configuration digest a service");
      return broken({
        found: `${odd.join(", ")} with another configuration digest`,
        wanted: "the digest of the Deployment's template on every pod",
        why: "a rollout is under way, or it hangs: guests get one answer here and another there",
        remedy: "look at `kubectl rollout status`; pods that do not start say why in store-check",
        docs,
      });
    }),
  },
  {
    id: "resource-there",
    question: "Does the key store have the keys of the release?",
    follows: ["broker-there", "broker-stores", "release-known"],
    check: inTrust((trust, snapshot, subject) => {
      const paths =
        releaseFile(snapshot, subject)?.resources ??
        blockOf(trust, subject).paths.map((path) => (path as string[]).join("/"));
      const { containers, volumes = [] } = deploymentOf(trust, "kbs").spec.template.spec;
      const mount = containers
        .flatMap(({ volumeMounts = [] }) => volumeMounts)
        .find(({ mountPath }) => mountPath === stores.resources);
      const secret = volumes.find(({ name }) => name === mount?.name)?.secret;
      if (!secret) return skipped("keys lie in a key store outside the cluster");
      const keys = see(trust.secrets).find(({ name }) => name === secret.secretName)?.keys;
      const unmounted = paths.filter((path) => !secret.items?.some(({ key }) => key === resourceSecretKey(path)));
      const missing = keys === undefined ? [] : paths.filter((path) => !keys.includes(resourceSecretKey(path)));
      if (unmounted.length + missing.length > 0)
        return broken({
          found: [
            ...unmounted.map((path) => `${path} is not mounted`),
            ...missing.map((path) => `Secret ${secret.secretName} has no key ${resourceSecretKey(path)}`),
          ].join("; "),
          wanted: paths.join(", "),
          why: "guests that prove everything are told that there is no such resource",
          remedy: "add the key to the Secret (path with dots for slashes); a model's `keys` decide what is mounted",
          docs: "docs/trust.md#where-models-keys-are",
        });
      if (keys === undefined)
        return skipped(`which keys Secret ${secret.secretName} has is not told without their values`);
      return ok(paths.join(", "));
    }),
  },
];

interface Difference {
  readonly path: string;
  readonly found: unknown;
  readonly wanted: unknown;
}

/** Fields that differ, the inner ones of objects by their own names. */
function differences(
  found: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Difference[] {
  return keys.flatMap((key) => {
    const [a, b] = [found[key], wanted[key]];
    if (canonicalJson(a ?? null) === canonicalJson(b ?? null)) return [];
    if (isRecord(a) && isRecord(b))
      return differences(a, b, [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()).map((each) => ({
        ...each,
        path: `${key}.${each.path}`,
      }));
    return [{ path: key, found: a, wanted: b }];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Files that are not what a service's pods compare before they start (components/attestation/storeCheck.ts). */
function changedFiles(trust: TrustSnapshot, service: Parameters<typeof serviceName>[0]): string[] {
  const { initContainers = [] } = deploymentOf(trust, service).spec.template.spec;
  const environment = initContainers.flatMap(({ env = [] }) => env);
  const digests = environment.find(({ name }) => name === "DIGESTS")?.value;
  if (digests === undefined) return [`${serviceName(service)} starts without store-check`];
  return digests
    .split("\n")
    .filter(Boolean)
    .flatMap((line) => {
      const [, digest, path = ""] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      const at = path.lastIndexOf("/");
      const files = mountedFiles(trust, service, path.slice(0, at));
      const text = files?.[path.slice(at + 1)];
      return text !== undefined && sha256(text) === digest
        ? []
        : [`${path} of ${serviceName(service)} is ${text === undefined ? "missing" : "another"}`];
    });
}
