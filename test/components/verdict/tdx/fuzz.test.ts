import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { collateralKinds } from "../../../../components/verdict/context";
import { EvidenceError } from "../../../../components/verdict/evidence/reader";
import { parseTdxQuote } from "../../../../components/verdict/evidence/tdxQuote";
import { tdxChecks } from "../../../../components/verdict/tdx/checklist";
import { readQeIdentity, readTcbInfo } from "../../../../components/verdict/tdx/documents";
import { parseEnclaveReport } from "../../../../components/verdict/tdx/enclaveReport";
import { pckIdentity } from "../../../../components/verdict/tdx/pckCertificate";
import { parseRevocationList } from "../../../../components/verdict/evidence/revocationList";
import { issuerChain, tdxSources } from "../../../../components/verdict/tdx/sources";
import type { Question, Scene } from "../../../support/tdx/scene";
import { answer, goodScene, questionOf, quoteOf } from "../../../support/tdx/scene";

let scene: Scene;
let question: Question;
beforeAll(async () => {
  scene = await goodScene();
  question = await questionOf(scene);
});

/** Bytes, some of them replaced, cut or put in. */
function damaged(bytes: Uint8Array) {
  const edit = fc.record({ at: fc.nat(bytes.length), remove: fc.nat(8), put: fc.uint8Array({ maxLength: 8 }) });
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce<Buffer>(
        (made, { at, remove, put }) => Buffer.concat([made.subarray(0, at), put, made.subarray(at + remove)]),
        Buffer.from(bytes),
      ),
    );
}

/** An answer, or an EvidenceError; nothing else. */
function answers(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
  }
}

describe("each parser answers, or says why not", () => {
  const bytes = (kind: string) =>
    question.context.collateral.find((file) => file.kind === kind)?.bytes ?? Buffer.alloc(0);
  const parsers: [string, () => Uint8Array, (made: Buffer) => unknown][] = [
    ["a quote of version 4", () => question.quote, parseTdxQuote],
    ["a quote of version 5", () => quoteOf({ ...scene, format: "TDX 1.5" }), parseTdxQuote],
    ["what to fetch for a quote", () => question.quote, tdxSources],
    ["an enclave's report", () => scene.enclave.report, parseEnclaveReport],
    ["TCB information", () => bytes("intel-tcb-info"), readTcbInfo],
    ["an identity", () => bytes("intel-qe-identity"), readQeIdentity],
    ["a revocation list", () => bytes("intel-pck-crl"), (made) => parseRevocationList(made, "list")],
    [
      "a platform's certificate",
      () => Buffer.from(scene.enclave.pck.certificate),
      (made) => pckIdentity(made.toString()),
    ],
    [
      "an issuer chain",
      () => Buffer.from(encodeURIComponent(scene.authority.root)),
      (made) => issuerChain(made.toString()),
    ],
  ];

  it.each(parsers)("%s, damaged", (_, good, read) => {
    fc.assert(
      fc.property(damaged(good()), (made) => answers(() => read(made))),
      { numRuns: 250 },
    );
  });

  it.each(parsers)("%s, of any bytes", (_, __, read) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (made) => answers(() => read(Buffer.from(made)))),
      { numRuns: 200 },
    );
  });

  it.each([
    ["TCB information", "tcbInfo", readTcbInfo],
    ["an identity", "enclaveIdentity", readQeIdentity],
  ] as const)("%s, of any JSON", (_, member, read) => {
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (json, whole) => {
        const text = whole ? json : `{"${member}":${json},"signature":"${"0".repeat(128)}"}`;
        answers(() => read(Buffer.from(text)));
      }),
      { numRuns: 300 },
    );
  });
});

describe("whatever is damaged, every check comes to one finding", () => {
  const checks = Object.keys(tdxChecks).sort();

  it("in a quote", () => {
    fc.assert(
      fc.property(damaged(question.quote), (quote) => {
        const { findings } = answer({ ...question, quote });
        expect(findings.map(({ check }) => check).sort()).toEqual(checks);
      }),
      { numRuns: 80 },
    );
  });

  it("in collateral", () => {
    const kinds = collateralKinds.filter((kind) => kind.startsWith("intel-"));
    for (const kind of kinds) {
      const good = question.context.collateral.find((file) => file.kind === kind)?.bytes ?? Buffer.alloc(0);
      fc.assert(
        fc.property(damaged(good), (bytes) => {
          const collateral = question.context.collateral.map((file) =>
            file.kind === kind ? { ...file, bytes } : file,
          );
          const { findings } = answer({ ...question, context: { ...question.context, collateral } });
          expect(findings.map(({ check }) => check).sort()).toEqual(checks);
        }),
        { numRuns: 20 },
      );
    }
  });
});
