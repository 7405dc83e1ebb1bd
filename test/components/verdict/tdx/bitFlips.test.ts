import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { tdxBodyKinds } from "../../../../components/verdict/evidence/tdxBody";
import { parseTdxQuote } from "../../../../components/verdict/evidence/tdxQuote";
import { intelSgxRootCa } from "../../../../components/verdict/roots/intel";
import { absence, upstream } from "../../../support/upstream";
import type { Question } from "../../../support/tdx/scene";
import { answer, contextFor, goodScene, questionOf } from "../../../support/tdx/scene";

const published = "evidence/tdx_quote_4.dat";
/** What says that a quote comes from a genuine platform: one of these fails as soon as something signed differs. */
const genuine = ["tdx-quote", "tdx-chain", "tdx-pck", "tdx-signature"];

function failing(question: Question, flipped: Uint8Array): string[] {
  return answer({ ...question, quote: flipped })
    .findings.filter(({ grade, check }) => grade === "failed" && genuine.includes(check))
    .map(({ check }) => check);
}

function flip(bytes: Uint8Array, bit: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}

describe("one bit that differs in what is signed is refused", () => {
  let questions: Record<"4" | "5", Question>;
  let whole: Question;
  beforeAll(async () => {
    const scene = await goodScene();
    const bare = (question: Question) => ({ ...question, context: { ...question.context, collateral: [] } });
    whole = await questionOf(scene);
    questions = {
      "4": bare(whole),
      "5": bare(await questionOf({ ...scene, format: "TDX 1.5, extended" })),
    };
  });

  it.each([
    ["4", 48 + tdxBodyKinds["TDX 1.0"].bytes],
    ["5", 54 + tdxBodyKinds["TDX 1.5, extended"].bytes],
  ] as const)("in header and body of version %s", (version, bytes) => {
    fc.assert(
      fc.property(fc.nat(bytes * 8 - 1), (bit) => {
        expect(failing(questions[version], flip(questions[version].quote, bit))).not.toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  it("in signature, key, enclave's report, its signature and its authentication data", () => {
    const start = 48 + tdxBodyKinds["TDX 1.0"].bytes + 4;
    const end = start + 64 + 64 + 6 + 384 + 64 + 2 + 32;
    fc.assert(
      fc.property(fc.integer({ min: start * 8, max: end * 8 - 1 }), (bit) => {
        expect(failing(questions["4"], flip(questions["4"].quote, bit))).not.toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  it("in what is signed of TCB information and identity, and in their signatures", () => {
    const { quote, context } = whole;
    for (const kind of ["intel-tcb-info", "intel-qe-identity"] as const) {
      const file = context.collateral.find((each) => each.kind === kind);
      const bytes = file?.bytes ?? Buffer.alloc(0);
      fc.assert(
        fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
          const changed = {
            ...context,
            collateral: context.collateral.map((each) => (each === file ? { ...each, bytes: flip(bytes, bit) } : each)),
          };
          const check = kind === "intel-tcb-info" ? "tdx-tcb-info" : "tdx-qe-version";
          const finding = answer({ quote, context: changed }).findings.find((each) => each.check === check);
          // Hex digits of the signature are the same number in upper and lower case.
          const sameNumber = Buffer.from(bytes).toString().toLowerCase() === flip(bytes, bit).toString().toLowerCase();
          // With another FMSPC it is a document about other platforms: as good as none, and nothing is verified by it.
          if (!sameNumber) expect(finding?.grade).toMatch(/^(failed|notChecked)$/);
        }),
        { numRuns: 50 },
      );
    }
  });

  it("in revocation lists, whatever bit it is", () => {
    const { quote, context } = whole;
    for (const [kind, check] of [
      ["intel-pck-crl", "tdx-pck-revocation"],
      ["intel-root-crl", "tdx-root-revocation"],
    ] as const) {
      const file = context.collateral.find((each) => each.kind === kind);
      const bytes = file?.bytes ?? Buffer.alloc(0);
      fc.assert(
        fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
          const collateral = context.collateral.map((each) =>
            each === file ? { ...each, bytes: flip(bytes, bit) } : each,
          );
          const finding = answer({ quote, context: { ...context, collateral } }).findings.find(
            (each) => each.check === check,
          );
          expect(finding?.grade).not.toBe("verified");
        }),
        // The header is not signed: each of its bits has to be refused by what reads it.
        { numRuns: 80, examples: Array.from({ length: 32 }, (_, bit): [number] => [bit]) },
      );
    }
  });
});

describe.skipIf(!upstream(published))(`the quote of a real machine${absence(published)}`, () => {
  it("is refused with any bit of header and body flipped", () => {
    const quote = readFileSync(upstream(published) as string);
    const { signed } = parseTdxQuote(quote);
    const question = { quote, context: contextFor(intelSgxRootCa, [], false) };
    expect(failing(question, quote)).toEqual([]);
    for (let bit = 0; bit < signed.length * 8; bit += 41)
      expect(failing(question, flip(quote, bit)), `bit ${bit}`).not.toEqual([]);
  });
});
