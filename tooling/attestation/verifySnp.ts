import { X509Certificate } from "node:crypto";
import { parseSnpReport, snpSignatureHolds, turinFamily } from "../../components/verdict/evidence/snpReport";
import { vcekIdentity } from "../../components/verdict/evidence/vcekCertificate";
import { canonicalJson } from "../../components/names";
import { chainProblem } from "../../components/verdict/evidence/chain";
import type { PrimaryEvidence } from "../../components/verdict/evidence/attestRequest";
import { demand } from "./refusal";
import type { PrimaryClaims, VerificationContext } from "./verification";

const oldestVersion = 3;

/** Verifies an SNP report as Trustee's verifier does (deps/verifier/src/snp), under the root that it is given. */
export function verifySnp(
  evidence: Extract<PrimaryEvidence, { attestation_report: string }>,
  { vendors, now, reportData }: VerificationContext,
): PrimaryClaims {
  const no = (holds: boolean, what: string) => demand(holds, "verification", `SNP: ${what}`);
  const report = parseSnpReport(Buffer.from(evidence.attestation_report, "base64"));
  no(report.version >= oldestVersion, `report version ${report.version}; ${oldestVersion} is the oldest accepted`);
  no(
    (report.cpu?.family ?? 0) < turinFamily,
    "its processor is a Turin, which the reference architecture does not validate",
  );
  no(report.vmpl === 0, `the report was asked for at VMPL ${report.vmpl}, not by the guest's own kernel at 0`);
  no(report.signingKey === 0, `the report was signed by key ${report.signingKey}, not by the chip's own (VCEK)`);
  const problem = chainProblem(evidence.cert_chain, vendors.roots.amd, now);
  no(problem === undefined, problem ?? "");
  const vcek = evidence.cert_chain[0] ?? "";
  no(snpSignatureHolds(report, new X509Certificate(vcek).publicKey), "the VCEK did not sign the report");
  const { chipId, tcb } = vcekIdentity(vcek);
  no(chipId === report.chipId, "the VCEK is of another chip than the report");
  no(
    canonicalJson(tcb) === canonicalJson(report.reportedTcb),
    `the report claims firmware ${canonicalJson(report.reportedTcb)}, the VCEK is for ${canonicalJson(tcb)}`,
  );
  no(report.reportData === reportData, "report data is not the digest of this session's nonce, key and devices");
  const { policy, reportedTcb } = report;
  return {
    report_data: report.reportData,
    init_data: report.hostData,
    tee: {
      snp: {
        measurement: report.measurement,
        policy_abi_major: policy.abiMajor,
        policy_abi_minor: policy.abiMinor,
        policy_smt_allowed: policy.smtAllowed,
        policy_migrate_ma: policy.migrateMaAllowed,
        policy_debug_allowed: policy.debugAllowed,
        policy_single_socket: policy.singleSocket,
        reported_tcb_bootloader: reportedTcb.bootloader,
        reported_tcb_microcode: reportedTcb.microcode,
        reported_tcb_snp: reportedTcb.snp,
        reported_tcb_tee: reportedTcb.tee,
        platform_smt_enabled: report.platform.smtEnabled,
        platform_tsme_enabled: report.platform.tsmeEnabled,
        chip_id: report.chipId,
      },
    },
  };
}
