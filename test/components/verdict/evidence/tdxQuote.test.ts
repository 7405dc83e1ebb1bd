import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EvidenceError } from "../../../../components/verdict/evidence/reader";
import { parseTdxQuote, tdAttributes } from "../../../../components/verdict/evidence/tdxQuote";
import { tdxSignatureProblem } from "../../../../components/verdict/evidence/tdxSignature";
import { absence, upstream } from "../../../support/upstream";

const published = "evidence/tdx_quote_4.dat";
const claims = "evidence/parse_tdx_claims_expected.json";

describe.skipIf(!upstream(published))(`the quote of a real machine${absence(published)}`, () => {
  const bytes = () => readFileSync(upstream(published) as string);
  const pckKey = () => {
    const [leaf] = parseTdxQuote(bytes()).certificates.split(/(?<=-----END CERTIFICATE-----\n)/);
    return new X509Certificate(leaf ?? "").publicKey;
  };

  it("is read as Trustee reads it", () => {
    const expected = JSON.parse(readFileSync(upstream(claims) as string, "utf8")) as Record<string, unknown>;
    const { header, body, attributes } = parseTdxQuote(bytes());
    expect({ header, body }).toEqual(expected.quote);
    expect(attributes).toEqual(expected.td_attributes);
    expect(body.mr_config_id).toBe(expected.init_data);
    expect(body.report_data).toBe(expected.report_data);
  });

  it("was signed, by way of its quoting enclave, under its PCK certificate, which chains to Intel", () => {
    const quote = parseTdxQuote(bytes());
    expect(tdxSignatureProblem(quote, pckKey())).toBeUndefined();
    const pem = quote.certificates.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const [leaf, authority, root] = pem.map((text) => new X509Certificate(text));
    expect(pem).toHaveLength(3);
    expect(leaf?.verify(authority?.publicKey as never)).toBe(true);
    expect(authority?.verify(root?.publicKey as never)).toBe(true);
    expect(root?.subject).toContain("Intel SGX Root CA");
  });

  it("was not signed as soon as one byte of header, body, key or enclave report differs", () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 1200 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes();
        changed[at] = (changed[at] ?? 0) ^ flip;
        try {
          expect(tdxSignatureProblem(parseTdxQuote(changed), pckKey())).toEqual(expect.any(String));
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("is read in full, or refused, wherever it is cut or changed", () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(255), fc.nat(5000), (at, value, length) => {
        const changed = bytes().subarray(0, length);
        if (at < changed.length) changed[at] = value;
        try {
          expect(parseTdxQuote(changed).signed).toHaveLength(632);
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError);
        }
      }),
    );
  });
});

it("reads any bytes, or says why not", () => {
  const start = Buffer.from("0400020081000000", "hex");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.boolean(), (content, plausible) => {
      const quote = plausible ? Buffer.concat([start, content]) : content;
      expect(() => parseTdxQuote(quote)).toThrow(EvidenceError);
    }),
  );
});

it.each([
  ["0000000000000000", []],
  ["0100000000000000", ["debug"]],
  ["0000001000000000", ["septve_disable"]],
  ["000000c000000080", ["protection_keys", "key_locker", "perfmon"]],
])("reads the attributes %s", (hex, set) => {
  const names = Object.entries(tdAttributes(hex)).flatMap(([name, value]) => (value ? [name] : []));
  expect(names.sort()).toEqual([...set].sort());
});
