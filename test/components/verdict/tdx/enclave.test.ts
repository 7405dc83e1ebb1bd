import { expect, it } from "vitest";
import { intelTdQuotingEnclave } from "../../../../components/verdict/roots/intel";
import { Checklist } from "../../../../components/verdict/tdx/checklist";
import type { EnclaveReport } from "../../../../components/verdict/tdx/enclaveReport";
import { examineEnclave } from "../../../../components/verdict/tdx/examineEnclave";
import { contextFor } from "../../../support/tdx/scene";

/** As a real one reports itself (realQuote.test.ts). */
const intels: EnclaveReport = {
  miscSelect: "00000000",
  attributes: "1500000000000000e700000000000000",
  ...intelTdQuotingEnclave,
  isvSvn: 4,
};

function graded(enclave: EnclaveReport, simulated = false) {
  const list = new Checklist();
  const none = { grade: "notChecked", says: "no identity was given" } as const;
  examineEnclave(enclave, none, contextFor("", [], simulated), list);
  return { identity: list.gradeOf("tdx-qe-identity"), version: list.gradeOf("tdx-qe-version") };
}

it("knows Intel's quoting enclave without a document of Intel's, and nothing of its version", () => {
  expect(graded(intels)).toEqual({ identity: "verified", version: "notChecked" });
  expect(graded(intels, true).identity).toBe("notChecked");
});

it.each<[string, Partial<EnclaveReport>]>([
  ["of another signer", { mrSigner: "ab".repeat(32) }],
  ["for another purpose", { isvProdId: 1 }],
  // Its host then reads the key that signs quotes.
  ["that can be debugged", { attributes: "1700000000000000e700000000000000" }],
])("refuses one %s all the same", (_, changed) => {
  expect(graded({ ...intels, ...changed }).identity).toBe("failed");
});
