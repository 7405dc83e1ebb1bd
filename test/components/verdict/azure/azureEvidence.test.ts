import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseAzureEvidence } from "../../../../components/verdict/azure/azureEvidence";
import { parseRuntimeData } from "../../../../components/verdict/azure/runtimeData";
import { EvidenceError } from "../../../../components/verdict/evidence/reader";
import { attestationKey, runtimeText } from "../../../support/azureMachine";
import { changed } from "../../../support/signedTokens";

const published = () =>
  JSON.parse(readFileSync(join(__dirname, "../../../support/hcl/snp-milan-version2.json"), "utf8")) as Record<
    string,
    unknown
  >;

it("is read as Trustee's attesters write it", () => {
  const { hclReport, quote, certificates, tdQuote } = parseAzureEvidence(published());
  expect(hclReport).toHaveLength(2600);
  expect(quote.registers).toHaveLength(24);
  expect(quote.registers[0]).toBe("84275b2f4312cd4fc6cbe6b152ad3c3683e513d9f1e23c34fca160c8cca7a6a7");
  expect(certificates[0]).toContain("-----BEGIN CERTIFICATE-----");
  expect(tdQuote).toBeUndefined();
});

it.each([
  [["version"], 0],
  [["version"], undefined],
  [["hcl_report"], "not base64!"],
  [["hcl_report"], undefined],
  [["vcek"], "AAAA"],
  [["vcek"], undefined],
  [["tpm_quote"], null],
  [["tpm_quote", "message"], "abc"],
  [["tpm_quote", "signature"], 5],
  [["tpm_quote", "pcrs"], {}],
  [["tpm_quote", "pcrs"], ["zz"]],
  [["td_quote"], 7],
])("is refused with another %j: %j", (path, value) => {
  expect(() => parseAzureEvidence(changed(published(), path, value))).toThrow(EvidenceError);
});

it("is read, or refused with a reason, whatever it is", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(() => parseAzureEvidence(value)).toThrow(EvidenceError);
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom("hcl_report", "vcek", "tpm_quote", "td_quote"), fc.jsonValue(), (name, value) => {
      try {
        parseAzureEvidence({ ...published(), [name]: value });
      } catch (error) {
        expect(error).toBeInstanceOf(EvidenceError);
      }
    }),
  );
});

it("reads runtime data, or says why not", () => {
  const { attestationKey: key, configuration, userData } = parseRuntimeData(Buffer.from(runtimeText()));
  expect(key.equals(attestationKey.publicKey)).toBe(true);
  expect(configuration).toEqual({ secureBoot: true, console: false, tpm: true });
  expect(userData).toMatch(/^[0-9a-f]{128}$/);
  fc.assert(
    fc.property(fc.constantFrom("keys", "vm-configuration", "user-data"), fc.jsonValue(), (name, value) => {
      try {
        parseRuntimeData(Buffer.from(runtimeText({ [name]: value })));
      } catch (error) {
        expect(error).toBeInstanceOf(EvidenceError);
      }
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(() => parseRuntimeData(bytes)).toThrow(EvidenceError);
    }),
  );
});
