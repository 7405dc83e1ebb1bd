import { parseDocument } from "../../documents";
import { measurement, referenceValueTable, referenceValues } from "../../examples/trustee";
import type { NamedText } from "../../keyBroker";
import { storedTexts } from "../../keyBroker";
import type { Finding, Place } from "../../place";
import { isObject } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** Flags that Trustee's policies compare by `==`; all other values are lists that they look a claim up in. */
const scalars = [
  "snp_smt_enabled",
  "snp_tsme_enabled",
  "snp_guest_abi_major",
  "snp_guest_abi_minor",
  "snp_single_socket",
  "snp_smt_allowed",
];
const inPolicies = /^(snp_|tdx_|mr_td$|rtmr_|xfam$|allowed_)/;

/** Reference values of both forms: a record a file, and a table of records. */
const values: Selector<{ readonly name: string; readonly place: Place }> = {
  kinds: ["v1/ConfigMap", "v1/Secret"],
  *select(resource) {
    for (const text of storedTexts((name) => inPolicies.test(name)).select(resource)) {
      const record = table(text);
      if (record) yield { name: text.name, place: record.at("value") };
    }
    for (const text of storedTexts((name) => /^reference[_-]values?(\.json)?$/.test(name)).select(resource)) {
      const records = table(text);
      for (const name of records?.keys() ?? []) if (records) yield { name, place: records.at(name, "value") };
      // A store without values is found empty at the place itself.
      if (records?.keys().length === 0) yield { name: "", place: records };
    }
  },
};

export const referenceValuesTyped = resourceRule({
  id: "reference-values-typed",
  title: "Reference values are there, and of the kind that policies compare with",
  pillar: "attestation",
  severity: "medium",
  threat: "No guest ever affirms, and under pressure somebody loosens the policy instead of correcting the value.",
  remediation:
    'Write lists for measurements and versions, e.g. ["<hex>"] or [4], and plain booleans and numbers for flags.',
  source: file(repositories.trustee, "rvps/README.md"),
  platforms,
  boundary: { by: "ownControlPlane", how: "evidence without a value to compare it with is contraindicated" },
  looksAt: values,
  check: ({ name, place }) => problems(name, place),
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
      mistake: "a value lost in the operator's table",
      resource: 1,
      path: "/data/reference_value",
      replace: ['"value":', '"values":'],
      expect: "data.reference_value#snp_launch_measurement.value",
    },
  ],
});

function* problems(name: string, place: Place): Iterable<Finding> {
  if (name === "" || !place.present) yield place.finding("is empty, so nothing can be attested");
  else if (scalars.includes(name)) {
    if (typeof place.value !== "boolean" && typeof place.value !== "number")
      yield place.finding("is compared by ==, so it is neither list nor text");
  } else if (!Array.isArray(place.value)) yield place.finding("is looked up in, so it has to be a list");
  else if (place.items().length === 0) yield place.finding("is empty, so nothing can be attested");
}

function table({ place, text }: NamedText): Place | undefined {
  const parsed = parseDocument("record.json", text);
  return parsed && "value" in parsed && isObject(parsed.value) ? place.document(parsed.value) : undefined;
}
