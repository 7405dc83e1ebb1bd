import { parseDocument } from "../../documents";
import { measurement, referenceValueTable, referenceValues } from "../../examples/trustee";
import type { Finding, Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";
import type { NamedText } from "../../storedTexts";
import { storedTexts } from "../../storedTexts";

/** Flags that Trustee's policies compare by `==`; all other values are lists that they look a claim up in. */
const scalars = [
  "snp_smt_enabled",
  "snp_tsme_enabled",
  "snp_guest_abi_major",
  "snp_guest_abi_minor",
  "snp_single_socket",
  "snp_smt_allowed",
];
const recordFiles = storedTexts((name) => /^(snp_|tdx_|tcb_|mr_td$|rtmr_|xfam$|measurement$|allowed_)/.test(name));
const tableFiles = storedTexts((name) => /^reference[_-]values?(\.json)?$/.test(name));

/** Trustee's two stores in files: a record a file (LocalFs), and one table of all records (LocalJson). */
const stores: Selector<() => Iterable<Finding>> = {
  kinds: recordFiles.kinds,
  *select(resource) {
    for (const { name, place, text } of recordFiles.select(resource)) {
      const record = table(place, text);
      if (record) yield () => problems(name, record.at("value"));
    }
    for (const file of tableFiles.select(resource)) yield () => ofTable(file);
  },
};

const complaints = {
  table: "is no table from names to records, so Trustee finds no value at all",
  plain: "is a plain record, and Trustee reads nothing of a file that has one; write it as base64",
  coded: "is not URL-safe base64, with its padding, of a JSON record; Trustee does not read it",
  empty: "is empty, so nothing can be attested",
};

/** Of the measurement alone, for the mistakes below. */
const record = { version: "0.1.0", name: "snp_launch_measurement", expiration: "2028-01-01T00:00:00Z" };
const one = (stored: unknown) => JSON.stringify({ snp_launch_measurement: stored });
const coded = (value: object) => urlSafe(Buffer.from(JSON.stringify({ ...record, ...value })));

export const referenceValuesTyped = resourceRule({
  id: "reference-values-typed",
  title: "Reference values are there, and of the kind that policies compare with",
  pillar: "attestation",
  severity: "medium",
  threat: "No guest ever affirms, and under pressure somebody loosens the policy instead of correcting the value.",
  remediation:
    'Write lists for measurements and versions, e.g. ["<hex>"] or [4], and plain booleans and numbers for flags; in reference_value each record as URL-safe base64 with padding.',
  source: file(repositories.trustee, "deps/key-value-storage/src/local_json/mod.rs", "v0.21.0"),
  platforms,
  claims: ["guest-booted-as-released"],
  boundary: { by: "ownControlPlane", how: "evidence without a value to compare it with is contraindicated" },
  looksAt: stores,
  check: (findings) => findings(),
  compliant: [referenceValues, referenceValueTable],
  breakages: [
    {
      mistake: "a measurement outside a list",
      path: "/data/snp_launch_measurement",
      replace: [`["${measurement}"]`, `"${measurement}"`],
      expect: "data.snp_launch_measurement#value",
    },
    {
      mistake: "no measurement",
      path: "/data/snp_launch_measurement",
      replace: [`["${measurement}"]`, "[]"],
      expect: "data.snp_launch_measurement#value",
    },
    {
      mistake: "a flag in a list",
      path: "/data/snp_smt_enabled",
      replace: ['"value":true', '"value":[true]'],
      expect: "data.snp_smt_enabled#value",
    },
    {
      mistake: "the operator's empty table",
      resource: 1,
      path: "/data/reference_value",
      value: "{}",
      expect: "data.reference_value#",
    },
    {
      mistake: "plain records, as older versions of Trustee had them",
      resource: 1,
      path: "/data/reference_value",
      value: one({ ...record, value: [measurement] }),
      expect: "data.reference_value#snp_launch_measurement",
    },
    {
      mistake: "a list of records, as still older ones had them",
      resource: 1,
      path: "/data/reference_value",
      value: JSON.stringify([{ ...record, value: [measurement] }]),
      expect: "data.reference_value",
    },
    {
      mistake: "base64 without its padding",
      resource: 1,
      path: "/data/reference_value",
      value: one(coded({ value: [measurement] }).replace(/=+$/, "")),
      expect: "data.reference_value#snp_launch_measurement",
    },
    {
      mistake: "a value lost in the operator's table",
      resource: 1,
      path: "/data/reference_value",
      value: one(coded({ values: [measurement] })),
      expect: "data.reference_value#snp_launch_measurement#value",
    },
    {
      mistake: "a measurement outside a list in the operator's table",
      resource: 1,
      path: "/data/reference_value",
      value: one(coded({ value: measurement })),
      expect: "data.reference_value#snp_launch_measurement#value",
    },
  ],
});

function* ofTable({ place, text }: NamedText): Iterable<Finding> {
  const records = table(place, text);
  if (!records) {
    yield place.finding(complaints.table);
    return;
  }
  if (records.keys().length === 0) yield records.finding(complaints.empty);
  for (const name of records.keys()) yield* ofStored(name, records.at(name));
}

function* ofStored(name: string, stored: Place): Iterable<Finding> {
  if (stored.text === undefined) {
    yield stored.finding(complaints.plain);
    return;
  }
  const bytes = Buffer.from(stored.text, "base64url");
  // Node decodes more than Trustee does; what is encoded again is what Trustee would take.
  const found = urlSafe(bytes) === stored.text ? table(stored, bytes.toString("utf8")) : undefined;
  if (found) yield* problems(name, found.at("value"));
  else yield stored.finding(complaints.coded);
}

function* problems(name: string, place: Place): Iterable<Finding> {
  if (!place.present) yield place.finding(complaints.empty);
  else if (scalars.includes(name)) {
    if (typeof place.value !== "boolean" && typeof place.value !== "number")
      yield place.finding("is compared by ==, so it is neither list nor text");
  } else if (!Array.isArray(place.value)) yield place.finding("is looked up in, so it has to be a list");
  else if (place.items().length === 0) yield place.finding(complaints.empty);
}

function table(place: Place, text: string): Place | undefined {
  const parsed = parseDocument("record.json", text);
  return parsed && "value" in parsed ? place.document(parsed.value) : undefined;
}

function urlSafe(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
