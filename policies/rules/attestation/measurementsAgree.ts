import {
  measurement,
  referenceValues,
  resourcePolicy,
  resourcePolicyPath,
  resourcePolicyPointer,
} from "../../examples/trustee";
import { nodePolicy, nodeReferenceValues } from "../../examples/trusteeNodes";
import { regoStatements } from "../../documents";
import type { RegoText } from "../../keyBroker";
import { releasingPolicies } from "../../keyBroker";
import type { Finding } from "../../place";
import type { StoredValue } from "../../referenceValues";
import { storedReferenceValues } from "../../referenceValues";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { file, repositories } from "../../sources";

/** Reference values of what booted. Those with a number are registers of a virtual TPM, which policies call pcrNN. */
const measurements = ["snp_launch_measurement", "mr_td", "rtmr_1", "rtmr_2", "measurement"];
const registers = ["04", "08", "09", "11", "12"].map((register) => `snp_pcr${register}`);
const claim = '(measurements?|mr_td|rtmr_1|rtmr_2|pcr\\d\\d)"?\\]?';
/** One value, as of a release, and several, as of a kind of node. */
const named = [
  new RegExp(`\\b${claim}\\s*(?::|==)\\s*("[\\w+/]{64,128}")`, "g"),
  new RegExp(`\\b${claim}\\s*(?::|\\bin)\\s*[[{]([^\\]}]*)[\\]}]`, "g"),
];
const values = /"((?:[0-9a-f]{64}){1,2}|[0-9a-f]{96}|[A-Za-z0-9+/]{64})"/g;

/** The reference value of the same kind. Azure's measurement is the one in base64. */
function referenceOf(claim: string, value: string): string {
  if (/^measurements?$/.test(claim)) return /^[0-9a-f]+$/.test(value) ? "snp_launch_measurement" : "measurement";
  return claim.startsWith("pcr") ? `snp_${claim}` : claim;
}

interface Measured {
  readonly name: string;
  readonly value: string;
}

export const measurementsAgree = stackRule({
  id: "measurements-agree",
  title: "Resource policy and reference values know the same measurements",
  pillar: "attestation",
  severity: "medium",
  threat:
    "A release whose measurement is no reference value gets no key; and a measurement that was left behind keeps an old guest image, with its holes, affirming.",
  remediation: "Make both from the same releases, and take a release that ended out of both.",
  source: file(repositories.trustee, "rvps/README.md"),
  platforms,
  claims: ["guest-booted-as-released"],
  boundary: { by: "ownControlPlane", how: "the model owner writes both; the key broker asks for both" },
  kinds: [...releasingPolicies.kinds, "reference values"],
  *select(resource) {
    for (const policy of releasingPolicies.select(resource)) yield (all: readonly Resource[]) => ofPolicy(policy, all);
    for (const stored of storedReferenceValues.select(resource))
      yield (all: readonly Resource[]) => ofValue(stored, all);
  },
  check: (judge, all) => judge(all),
  compliant: [resourcePolicy, referenceValues, nodePolicy, nodeReferenceValues],
  breakages: [
    {
      mistake: "a release without its reference value",
      path: resourcePolicyPointer,
      replace: ["default allow := false", `default allow := false\n\nnewest := {"measurement": "${"ab".repeat(48)}"}`],
      expect: resourcePolicyPath,
    },
    {
      mistake: "a measurement that no release has any more",
      resource: 1,
      path: "/data/snp_launch_measurement",
      replace: [`"${measurement}"`, `"${measurement}","${"cd".repeat(48)}"`],
      expect: "data.snp_launch_measurement#value[1]",
    },
    {
      mistake: "a node image without its reference value",
      resource: 2,
      path: resourcePolicyPointer,
      replace: ['"pcr04": ["', `"pcr04": ["${"ab".repeat(32)}", "`],
      expect: resourcePolicyPath,
    },
    {
      mistake: "a node image that nobody accepts any more",
      resource: 3,
      path: "/data/snp_pcr04",
      replace: ['"value":["', `"value":["${"cd".repeat(32)}","`],
      expect: "data.snp_pcr04#value[0]",
    },
  ],
});

/** Where the stack has values of the kind: they may also come by another way. */
function* ofPolicy(policy: RegoText, all: readonly Resource[]): Iterable<Finding> {
  const known = valuesOf(all);
  for (const { name, value } of measuredIn(policy)) {
    const values = known.filter((stored) => stored.name === name);
    if (values.length > 0 && !values.some(({ record }) => listOf(record).includes(value)))
      yield policy.place.finding(`names ${value.slice(0, 16)}…, which is not in ${name}`);
  }
}

/** Where the stack's policies name measurements of the kind at all. */
function* ofValue({ name, record }: StoredValue, all: readonly Resource[]): Iterable<Finding> {
  if (!measurements.includes(name) && !registers.includes(name)) return;
  const released = all
    .flatMap((resource) => [...releasingPolicies.select(resource)].flatMap(measuredIn))
    .filter((measured) => measured.name === name)
    .map(({ value }) => value);
  if (released.length === 0) return;
  for (const value of record.at("value").items())
    if (!released.includes(value.text ?? "")) yield value.finding("is of no release that the resource policy names");
}

function measuredIn({ text }: RegoText): Measured[] {
  const policy = regoStatements(text).join("\n");
  return (
    named
      .flatMap((form) => [...policy.matchAll(form)])
      .flatMap(([, claim = "", list = ""]) =>
        [...list.matchAll(values)].map(([, value = ""]) => ({ name: referenceOf(claim, value), value })),
      )
      // Of registers, only those that attestation asks reference values for have any.
      .filter(({ name }) => !name.startsWith("snp_pcr") || registers.includes(name))
  );
}

const valuesOf = (all: readonly Resource[]) => all.flatMap((resource) => [...storedReferenceValues.select(resource)]);
const listOf = (record: StoredValue["record"]) =>
  record
    .at("value")
    .items()
    .map(({ text }) => text);
