import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { splitChain } from "../../../../components/verdict/evidence/chain";
import { parseTdxQuote } from "../../../../components/verdict/evidence/tdxQuote";
import {
  intelSgxRootCa,
  intelSgxRootCaFingerprint,
  intelTdQuotingEnclave,
} from "../../../../components/verdict/roots/intel";
import { parseEnclaveReport } from "../../../../components/verdict/tdx/enclaveReport";
import { pckIdentity } from "../../../../components/verdict/tdx/pckCertificate";
import { tdxSources } from "../../../../components/verdict/tdx/sources";
import { absence, upstream } from "../../../support/upstream";
import { answer, contextFor, findingOf, goodScene, questionOf, shortcomings } from "../../../support/tdx/scene";

const published = "evidence/tdx_quote_4.dat";
const read = () => readFileSync(upstream(published) as string);

it("pins Intel's root by its fingerprint", () => {
  const root = new X509Certificate(intelSgxRootCa);
  expect(root.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(intelSgxRootCaFingerprint);
  expect(root.subject).toContain("CN=Intel SGX Root CA");
  expect(root.ca && root.verify(root.publicKey)).toBe(true);
});

describe.skipIf(!upstream(published))(`the quote of a real machine${absence(published)}`, () => {
  const context = contextFor(intelSgxRootCa, [], false);

  it("ends its chain with the pinned root, byte by byte", () => {
    const root = splitChain(parseTdxQuote(read()).certificates).at(-1) ?? "";
    expect(new X509Certificate(root).raw.equals(new X509Certificate(intelSgxRootCa).raw)).toBe(true);
  });

  it("is of a platform and an enclave that are told from it", () => {
    const { certificates, quotingEnclave } = parseTdxQuote(read());
    expect(pckIdentity(splitChain(certificates)[0] ?? "")).toEqual({
      ppid: "df4c32a9d8d86009aaf380ec43cfcefb",
      fmspc: "50806f000000",
      pceId: "0000",
      sgxComponents: [5, 5, 13, 2, 3, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0],
      pceSvn: 11,
      sgxType: 1,
    });
    expect(parseEnclaveReport(quotingEnclave.report)).toEqual({
      miscSelect: "00000000",
      attributes: "1500000000000000e700000000000000",
      ...intelTdQuotingEnclave,
      isvSvn: 4,
    });
    expect(tdxSources(read())[0]?.url).toBe(
      "https://api.trustedservices.intel.com/tdx/certification/v4/tcb?fmspc=50806f000000",
    );
  });

  it("is genuine as far as it shows itself, of a guest under debugging, and of another release", () => {
    const examination = answer({ quote: read(), context });
    expect(shortcomings(examination)).toEqual([
      "tdx-pck-revocation notChecked",
      "tdx-root-revocation notChecked",
      "tdx-tcb-signer notChecked",
      "tdx-qe-version notChecked",
      "tdx-tcb-info notChecked",
      "tdx-tcb-status notChecked",
      "tdx-mr-seam notChecked",
      "tdx-mrtd failed",
      "tdx-rtmr1 failed",
      "tdx-rtmr2 failed",
      "tdx-debug failed",
      "tdx-attributes failed",
      "tdx-mrconfigid failed",
      "tdx-report-data failed",
    ]);
    expect(findingOf(examination, "tdx-debug").says).toContain("0100001000000000");
    expect(findingOf(examination, "tdx-signature").grade).toBe("verified");
    expect(findingOf(examination, "tdx-tcb-info").says).toContain("tcb?fmspc=50806f000000");
  });

  it("tells of each document that was not given what that leaves open", () => {
    const { collateral } = answer({ quote: read(), context });
    expect(collateral.map(({ title, source }) => `${title}: ${source}`)).toEqual([
      "revocation list of Intel SGX PCK Platform CA: none",
      "revocation list of Intel SGX Root CA: none",
      "identity of Intel's quoting enclave: none",
      "TCB information of FMSPC 50806f000000: none",
    ]);
  });

  it("is of an authority whose certificate ends in 2030, and of nobody's afterwards", () => {
    const late = { ...context, now: new Date("2030-03-01T00:00:00Z") };
    expect(findingOf(answer({ quote: read(), context: late }), "tdx-chain")).toMatchObject({
      grade: "failed",
      says: expect.stringContaining("is not valid on 2030-03-01") as string,
    });
  });

  it("is nobody's under a rehearsal's root, and a rehearsal's nobody's under Intel's", async () => {
    const scene = await goodScene();
    const rehearsed = await questionOf(scene);
    const under = contextFor(scene.authority.root, []);
    expect(findingOf(answer({ quote: read(), context: under }), "tdx-chain").grade).toBe("failed");
    expect(findingOf(answer({ quote: rehearsed.quote, context }), "tdx-chain").grade).toBe("failed");
  });
});
