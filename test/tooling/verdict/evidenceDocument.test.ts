import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EvidenceError } from "../../../components/verdict/evidence/reader";
import { parseEvidenceDocument } from "../../../tooling/verdict/evidenceDocument";

const good = {
  tee: "snp",
  "runtime-data": { nonce: "n", "tee-pubkey": { kty: "EC", crv: "P-256", x: "AA", y: "AA" } },
  "tee-evidence": { primary_evidence: { attestation_report: "AAAA", cert_chain: [] }, additional_evidence: "{}" },
};

/** An answer, or an EvidenceError: nothing else, whatever the other side sends. */
function parsedOrRefused(text: string): boolean {
  try {
    parseEvidenceDocument(text);
    return true;
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}

describe("an evidence document", () => {
  it("keeps what report data are a digest of as it came", () => {
    const { evidence } = parseEvidenceDocument(JSON.stringify(good));
    expect(evidence.request["runtime-data"]).toEqual(good["runtime-data"]);
    expect(evidence.request["tee-evidence"].additional_evidence).toBe("{}");
  });

  it("is read or refused, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parsedOrRefused(text)),
      { numRuns: 2000 },
    );
  });

  it("is read or refused, whatever stands in one of its places", () => {
    const paths = [
      ["tee"],
      ["init-data"],
      ["runtime-data"],
      ["runtime-data", "nonce"],
      ["runtime-data", "tee-pubkey"],
      ["tee-evidence"],
      ["tee-evidence", "primary_evidence"],
      ["tee-evidence", "primary_evidence", "attestation_report"],
      ["tee-evidence", "primary_evidence", "cert_chain"],
      ["tee-evidence", "additional_evidence"],
      ["nrasToken"],
      ["token"],
    ];
    const property = fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
      const copy = structuredClone(good) as Record<string, unknown>;
      const parent = path.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy);
      parent[path.at(-1) ?? ""] = value;
      parsedOrRefused(JSON.stringify(copy));
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it("is refused where devices are in another form, whatever it is", () => {
    const property = fc.property(fc.json(), (text) => {
      const copy = structuredClone(good);
      copy["tee-evidence"].additional_evidence = text;
      parsedOrRefused(JSON.stringify(copy));
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it("is refused where it is too long", () => {
    expect(() => parseEvidenceDocument(" ".repeat(3 * 1024 * 1024))).toThrow("longer than");
  });
});
