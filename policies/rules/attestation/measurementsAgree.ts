import {
  measurement,
  referenceValues,
  resourcePolicy,
  resourcePolicyPath,
  resourcePolicyPointer,
} from "../../examples/trustee";
import { regoStatements } from "../../documents";
import type { RegoText } from "../../keyBroker";
import { releasingPolicies } from "../../keyBroker";
import type { Finding } from "../../place";
import type { StoredValue } from "../../referenceValues";
import { storedReferenceValues } from "../../referenceValues";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { file, repositories } from "../../sources";

/** What a policy calls a measurement, and the reference value of the same kind. */
const valueOf: Readonly<Record<string, string>> = {
  measurement: "snp_launch_measurement",
  mr_td: "mr_td",
  rtmr_1: "rtmr_1",
  rtmr_2: "rtmr_2",
};
const named = /\b(measurement|mr_td|rtmr_1|rtmr_2)"?\]?\s*(?::|==)\s*"([0-9a-f]{64,128})"/g;

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
  compliant: [resourcePolicy, referenceValues],
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
  if (!Object.values(valueOf).includes(name)) return;
  const released = all
    .flatMap((resource) => [...releasingPolicies.select(resource)].flatMap(measuredIn))
    .filter((measured) => measured.name === name)
    .map(({ value }) => value);
  if (released.length === 0) return;
  for (const value of record.at("value").items())
    if (!released.includes(value.text ?? "")) yield value.finding("is of no release that the resource policy names");
}

function measuredIn({ text }: RegoText): Measured[] {
  return [...regoStatements(text).join("\n").matchAll(named)].map(([, claim = "", value = ""]) => ({
    name: valueOf[claim] ?? claim,
    value,
  }));
}

const valuesOf = (all: readonly Resource[]) => all.flatMap((resource) => [...storedReferenceValues.select(resource)]);
const listOf = (record: StoredValue["record"]) =>
  record
    .at("value")
    .items()
    .map(({ text }) => text);
