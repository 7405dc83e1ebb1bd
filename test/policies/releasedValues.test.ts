import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReferenceValues } from "../../components/attestation/referenceValues";
import {
  operatorReferenceValues,
  referenceValueKinds,
  referenceValueRecords,
} from "../../components/attestation/referenceValues";
import { initDataDigest } from "../../components/guest/initData";
import { encodeInitData } from "../../components/guest/initDataAnnotation";
import type { Resource, Rule } from "../../policies/rule";
import { referenceValuesTyped } from "../../policies/rules/attestation/referenceValuesTyped";
import { initDataDigestMatches } from "../../policies/rules/guest/initDataDigestMatches";
import { asTheSdkShowsThem, unknownValue } from "./support";

const judged = (rule: Rule, type: string, props: Record<string, unknown>) => {
  const resource: Resource = { type: `kubernetes:${type}`, name: "r", props };
  const { findings, unknown, applies } = rule.evaluate(asTheSdkShowsThem([resource]));
  return { applies, unknown: unknown.length, paths: findings.map(({ path }) => path) };
};

describe("reference values in the operator's one file", () => {
  const expiration = "2028-01-01T00:00:00Z";
  const values = fc.record(
    Object.fromEntries(
      Object.entries(referenceValueKinds).map(([name, kind]) => [
        name,
        fc.array<string | number>(kind === "version" ? fc.nat() : fc.string(), { minLength: 1 }),
      ]),
    ),
    { requiredKeys: ["mr_td"] },
  );

  it("pass as Trustee reads them; as plain records each is refused, which is how older versions had them", () => {
    fc.assert(
      fc.property(values, (record) => {
        const given = record as ReferenceValues;
        const table = operatorReferenceValues(given, expiration);
        expect(judged(referenceValuesTyped, "core/v1:ConfigMap", { data: table }).paths).toEqual([]);
        const records = referenceValueRecords(given, expiration);
        expect(judged(referenceValuesTyped, "core/v1:ConfigMap", { data: records }).paths).toEqual([]);
        const plain = Object.fromEntries(
          Object.entries(records).map(([name, record]) => [name, JSON.parse(record) as unknown]),
        );
        expect(
          judged(referenceValuesTyped, "core/v1:ConfigMap", { data: { reference_value: JSON.stringify(plain) } }).paths,
        ).toEqual(Object.keys(records).map((name) => `data.reference_value#${name}`));
      }),
    );
  });

  it.each(["", "null", "[]", "not JSON"])("are no table when they are %j", (text) => {
    expect(judged(referenceValuesTyped, "core/v1:ConfigMap", { data: { reference_value: text } }).paths).toEqual([
      "data.reference_value",
    ]);
  });

  it.each(["e30", "e+0=", "!", "bnVsbA==", "e30=="])("are no records when they are %j", (stored) => {
    const data = { reference_value: JSON.stringify({ mr_td: stored }) };
    expect(judged(referenceValuesTyped, "core/v1:ConfigMap", { data }).paths).toEqual(["data.reference_value#mr_td"]);
  });
});

describe("the digest beside init-data", () => {
  const toml = 'version = "0.1.0"\nalgorithm = "sha256"\n\n[data]\n';
  const carrier = "io.katacontainers.config.hypervisor.cc_init_data";
  const digest = "trustfoundry.dev/init-data-digest";
  const own = { [carrier]: encodeInitData(toml), [digest]: initDataDigest(toml) };
  const forms: [string, string[]][] = [
    ["core/v1:Pod", ["metadata"]],
    ["apps/v1:Deployment", ["spec", "template", "metadata"]],
    ["apps/v1:StatefulSet", ["spec", "template", "metadata"]],
  ];
  const judge = (type: string, holder: string[], annotations: unknown) => {
    const props = holder.reduceRight<unknown>((inner, key) => ({ [key]: inner }), { annotations });
    return judged(initDataDigestMatches, type, props as Record<string, unknown>);
  };

  it.each(forms)("is compared in %s", (type, holder) => {
    const path = `${holder.join(".")}.annotations["${digest}"]`;
    const good = { applies: true, unknown: 0, paths: [] };
    expect(judge(type, holder, own)).toEqual(good);
    const others = [
      { ...own, [digest]: initDataDigest(`${toml}# another\n`) },
      { ...own, [digest]: initDataDigest(toml).toUpperCase() },
      { ...own, [carrier]: encodeInitData(`${toml}\n`) },
      { [digest]: own[digest] },
    ];
    for (const other of others) expect(judge(type, holder, other)).toEqual({ ...good, paths: [path] });
  });

  it("is of the decoded bytes: packed in another way, they are the same", () => {
    const repacked = { ...own, [carrier]: gzipSync(toml, { level: 1 }).toString("base64") };
    expect(judge("core/v1:Pod", ["metadata"], repacked).paths).toEqual([]);
  });

  it("is left to others where there is none, where nothing decodes, and in a patch of the digest alone", () => {
    expect(judge("core/v1:Pod", ["metadata"], { [carrier]: own[carrier] }).applies).toBe(false);
    expect(judge("core/v1:Pod", ["metadata"], { ...own, [carrier]: "no base64" }).paths).toEqual([]);
    expect(judge("core/v1:PodPatch", ["metadata"], { [digest]: own[digest] }).paths).toEqual([]);
  });

  it("is neither passed nor refused while one of the two is unknown", () => {
    for (const key of [carrier, digest])
      expect(judge("core/v1:Pod", ["metadata"], { ...own, [key]: unknownValue })).toEqual({
        applies: true,
        unknown: 1,
        paths: [],
      });
  });
});
