import { X509Certificate } from "node:crypto";
import { parseTdxQuote } from "../../components/verdict/evidence/tdxQuote";
import { tdxSignatureProblem } from "../../components/verdict/evidence/tdxSignature";
import { chainProblem, splitChain } from "../../components/verdict/evidence/chain";
import type { PrimaryEvidence } from "../../components/verdict/evidence/attestRequest";
import { demand } from "./refusal";
import { openStatement } from "./statement";
import type { TcbInfo } from "./vendors";
import type { PrimaryClaims, VerificationContext } from "./verification";

/** Verifies a TDX quote as Intel's library does for Trustee (deps/verifier/src/tdx), under the root that it is given. */
export async function verifyTdx(
  evidence: Extract<PrimaryEvidence, { quote: string }>,
  { vendors, now, reportData }: VerificationContext,
): Promise<PrimaryClaims> {
  const no = (holds: boolean, what: string) => demand(holds, "verification", `TDX: ${what}`);
  const quote = parseTdxQuote(Buffer.from(evidence.quote, "base64"));
  const chain = splitChain(quote.certificates);
  const problem = chainProblem(chain, vendors.roots.intel, now);
  no(problem === undefined, problem ?? "");
  const unsigned = tdxSignatureProblem(quote, new X509Certificate(chain[0] ?? "").publicKey);
  no(unsigned === undefined, unsigned ?? "");
  const { header, body, attributes } = quote;
  no(body.report_data === reportData, "report data is not the digest of this session's nonce, key and devices");
  const collateral = await openStatement<TcbInfo>(await vendors.tcbInfo(now), vendors.roots.intel, now);
  no(collateral.chainValid && collateral.signatureValid, "the TCB information is not signed under Intel's root");
  const level = collateral.payload.levels.find(({ svn }) => reaches(body.tcb_svn, svn));
  return {
    report_data: body.report_data,
    init_data: body.mr_config_id,
    tee: {
      tdx: {
        quote: { header: { ...header }, body: { ...body } },
        td_attributes: { ...attributes },
        tcb_status: level?.status ?? "OutOfDate",
        tcb_date: level?.date ?? "",
        advisory_ids: [],
        collateral_expiration_status: now.getTime() < Date.parse(collateral.payload.nextUpdate) ? "0" : "1",
      },
    },
  };
}

/** Whether every component is at least as new. */
function reaches(svn: string, level: string): boolean {
  const wanted = Buffer.from(level, "hex");
  return Buffer.from(svn, "hex").every((value, index) => value >= (wanted[index] ?? 0));
}
