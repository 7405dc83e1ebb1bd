import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { EvidenceError } from "../../../../components/verdict/evidence/reader";
import {
  extendedOnce,
  isWholeBank,
  parseTpmQuote,
  registersDigest,
  tpmSignatureHolds,
} from "../../../../components/verdict/evidence/tpmQuote";
import { attestationKey, encodeQuote } from "../../../support/azureMachine";
import { ecKey } from "../../../support/signedTokens";

const messageOf = (file: string) => {
  const { tpm_quote: quote } = JSON.parse(readFileSync(join(__dirname, "../../../support/hcl", file), "utf8")) as {
    tpm_quote: { message: string; pcrs: string[] };
  };
  return { message: Buffer.from(quote.message, "hex"), registers: quote.pcrs };
};

it.each(["snp-milan-version1.json", "snp-milan-version2.json", "tdx-version1.json"])(
  "reads the quote of a real machine, %s",
  (file) => {
    const { message, registers } = messageOf(file);
    const quote = parseTpmQuote(message);
    expect(isWholeBank(quote, 24)).toBe(true);
    expect(quote.digest).toBe(registersDigest(registers));
  },
);

it("holds what was asked with", () => {
  const { extraData } = parseTpmQuote(messageOf("snp-milan-version1.json").message);
  expect(Buffer.from(extraData, "hex").toString()).toBe("challenge");
});

it.each([
  [[], false],
  [[{ hash: 0x0b, bitmap: "ffffff" }], true],
  [[{ hash: 0x0b, bitmap: "ffffff00" }], true],
  [[{ hash: 0x0b, bitmap: "ffff7f" }], false],
  [[{ hash: 0x0b, bitmap: "ffffff01" }], false],
  [[{ hash: 0x0c, bitmap: "ffffff" }], false],
  [
    [
      { hash: 0x0b, bitmap: "ffffff" },
      { hash: 0x0b, bitmap: "000000" },
    ],
    false,
  ],
])("of the selection %j being the whole bank says %s", (selection, whole) => {
  expect(isWholeBank(parseTpmQuote(encodeQuote({ extraData: "", selection })), 24)).toBe(whole);
});

it("puts a digest into a register of zeros as a TPM does", () => {
  // SHA-256 of 32 zeros and 32 bytes of 0xaa, by coreutils.
  expect(extendedOnce("aa".repeat(32))).toBe("9ef814b42fa0be12d197c44d3e8e03441a4b1118237658368ba1351090e556ed");
});

it("does not hold under a key of another type", () => {
  expect(tpmSignatureHolds(Buffer.from("x"), Buffer.from("y"), ecKey().publicKey)).toBe(false);
  expect(tpmSignatureHolds(Buffer.from("x"), Buffer.from("y"), attestationKey.publicKey)).toBe(false);
});

it("is read in full, or refused, wherever it is cut or changed", () => {
  const { message } = messageOf("snp-milan-version2.json");
  fc.assert(
    fc.property(fc.nat(message.length), fc.nat(message.length - 1), fc.nat(255), (length, at, value) => {
      const altered = Buffer.from(message.subarray(0, length));
      if (at < length) altered[at] = value;
      try {
        expect(typeof parseTpmQuote(altered).digest).toBe("string");
      } catch (error) {
        expect(error).toBeInstanceOf(EvidenceError);
      }
    }),
  );
});

it("reads any bytes, or says why not", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (content, plausible) => {
      const bytes = plausible ? Buffer.concat([Buffer.from("ff5443478018", "hex"), content]) : content;
      try {
        parseTpmQuote(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(EvidenceError);
      }
    }),
  );
});
