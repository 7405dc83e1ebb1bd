import type { AttestRequest, DeviceEvidence } from "../../../components/verdict/evidence/attestRequest";
import { opaqueFields, parseGpuReport, textField, vbiosVersion } from "../../../components/verdict/evidence/gpuReport";
import { parseSnpReport } from "../../../components/verdict/evidence/snpReport";
import { parseTdxQuote } from "../../../components/verdict/evidence/tdxQuote";
import type { PresentedPart } from "../presented";

/**
 * What evidence says of itself, in Trustee's names of claims. Nothing is verified, for here it is asked which value differs
 * and not whether to believe it: chains, signatures and freshness are `trustfoundry verify`'s. EvidenceError for what cannot
 * be read.
 */
export function claimsOfEvidence(request: AttestRequest): Record<string, PresentedPart> {
  const { primary_evidence: primary, additional_evidence: additional } = request["tee-evidence"];
  const cpu = "quote" in primary ? tdxClaims(primary.quote) : snpClaims(primary.attestation_report);
  const devices =
    additional === ""
      ? []
      : ((JSON.parse(additional) as { nvidia?: { device_evidence_list?: DeviceEvidence[] } }).nvidia
          ?.device_evidence_list ?? []);
  const counts = { gpu: 0, switch: 0 };
  return {
    cpu0: { reasons: [], claims: cpu },
    ...Object.fromEntries(
      devices.map((device) => {
        const kind = device.arch === "LS10" ? "switch" : "gpu";
        return [`${kind}${counts[kind]++}`, { reasons: [], claims: { nvidia: deviceClaims(device) } }];
      }),
    ),
  };
}

function snpClaims(base64: string): Record<string, unknown> {
  const { hostData, measurement, policy, reportedTcb } = parseSnpReport(Buffer.from(base64, "base64"));
  return {
    init_data: hostData,
    snp: {
      measurement,
      policy_debug_allowed: policy.debugAllowed,
      policy_migrate_ma: policy.migrateMaAllowed,
      reported_tcb_bootloader: reportedTcb.bootloader,
      reported_tcb_tee: reportedTcb.tee,
      reported_tcb_snp: reportedTcb.snp,
      reported_tcb_microcode: reportedTcb.microcode,
    },
  };
}

function tdxClaims(base64: string): Record<string, unknown> {
  const { body, attributes } = parseTdxQuote(Buffer.from(base64, "base64"));
  return { init_data: body.mr_config_id, tdx: { quote: { body: { ...body } }, td_attributes: { ...attributes } } };
}

/** Versions as NVIDIA's attestation service writes them: the VBIOS in upper case. */
function deviceClaims({ arch, evidence }: DeviceEvidence): Record<string, unknown> {
  const report = parseGpuReport(Buffer.from(evidence, "base64"));
  const firmware = vbiosVersion(report)?.toUpperCase();
  return arch === "LS10"
    ? { "x-nvidia-switch-bios-version": firmware }
    : {
        "x-nvidia-gpu-driver-version": textField(report, opaqueFields.driverVersion),
        "x-nvidia-gpu-vbios-version": firmware,
      };
}
