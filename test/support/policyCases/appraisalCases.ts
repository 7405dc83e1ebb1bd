import type { PolicyClass } from "../../../components/attestation/attestationPolicies";
import type { NodeAdmission } from "../../../components/attestation/nodeAdmission";
import { measurementClaim } from "../../../components/attestation/nodeAdmission";
import { referenceValues } from "../../../components/attestation/referenceValues";
import type { Release } from "../../../components/workload/release";
import type { TrustClaims } from "../../../components/verdict/token/trustTiers";
import type { Claims } from "../evidence";
import { genuineClaims, genuineTrust } from "../evidence";
import { withValue } from "../factory";
import { genuineNodeClaims } from "../nodes";
import type { Breakage } from "./appraisalBreakages";
import {
  azureBreakages,
  gpuBreakages,
  localGpuBreakages,
  ppcieBreakages,
  snpBreakages,
  switchBreakages,
  tdxBreakages,
} from "./appraisalBreakages";
import type { SettingName } from "./guests";
import { aks, board, current, former, gke, settings, snp, tdx } from "./guests";

/** One question to an attestation policy, and the only right answer. */
export interface AppraisalCase {
  readonly title: string;
  readonly setting: SettingName;
  readonly policy: PolicyClass;
  readonly claims: unknown;
  /** Reference values by name. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly trust: TrustClaims;
}

const part = (setting: SettingName, release: Release, deviceClass: Claims["deviceClass"]) =>
  genuineClaims(release, settings[setting].options).find((claims) => claims.deviceClass === deviceClass) as Claims;

/** The verdicts of a policy that recognises nothing. */
function unrecognised(setting: SettingName, deviceClass: Claims["deviceClass"]): TrustClaims {
  const genuine = genuineTrust(deviceClass, settings[setting].options.verifier);
  return {
    ...genuine,
    configuration: 36,
    executables: genuine.executables === 0 ? 0 : 33,
    hardware: genuine.hardware === 0 ? 0 : 97,
  };
}

/** What a policy asks reference values for, and a list of them that is none. */
interface Asked {
  readonly verdicts: readonly (keyof TrustClaims)[];
  readonly mistyped: Readonly<Record<string, unknown>>;
}

function around(
  setting: SettingName,
  device: string,
  { deviceClass, claims }: Claims,
  breakages: readonly Breakage[],
  asked: Asked,
): AppraisalCase[] {
  const { admitted, nodes, options } = settings[setting];
  const values: Record<string, unknown> = { ...referenceValues(admitted, options, nodes) };
  const trust = genuineTrust(deviceClass, options.verifier);
  const nothing = unrecognised(setting, deviceClass);
  const costing = (verdicts: readonly (keyof TrustClaims)[]): TrustClaims => ({
    ...trust,
    ...Object.fromEntries(verdicts.map((verdict) => [verdict, nothing[verdict] ?? 0])),
  });
  const about = { setting, policy: `default_${deviceClass}` as const, values };
  const unvalued = { ...about, claims, trust: costing(asked.verdicts) };
  return [
    { ...about, title: `${device}: genuine evidence`, claims, trust },
    { ...about, title: `${device}: no evidence`, claims: {}, trust: nothing },
    { ...unvalued, title: `${device}: an attestation service without reference values`, values: {} },
    {
      ...unvalued,
      title: `${device}: reference values outside lists`,
      values: { ...values, ...asked.mistyped },
    },
    ...breakages.map(({ what, path, value, verdict }) => ({
      ...about,
      title: `${device}: ${what}`,
      claims: withValue(claims, path, value),
      trust: costing([verdict]),
    })),
  ];
}

const newerFirmware: AppraisalCase = {
  setting: "remote",
  policy: "default_cpu",
  title: "SEV-SNP: newer firmware than any release asks for",
  claims: withValue(part("remote", snp, "cpu").claims, ["snp", "reported_tcb_microcode"], 255),
  values: { ...referenceValues(settings.remote.admitted, settings.remote.options) },
  trust: genuineTrust("cpu", "remote"),
};

/** Trustee's own example of a verifier, which it always brings along. */
const sample: AppraisalCase = {
  ...newerFirmware,
  title: "the sample attester's evidence is recognised in nothing",
  claims: { sample: { svn: "1", launch_digest: "abcde", debug: false }, init_data: "0", report_data: "0" },
  trust: unrecognised("remote", "cpu"),
};

const sampleDevice: AppraisalCase = {
  ...sample,
  title: "a sample device's evidence is recognised in nothing",
  policy: "default_gpu",
  claims: { sampledevice: { svn: "1" } },
};

const nodePart = (node: NodeAdmission) => genuineNodeClaims(node, settings.clouds.options)[0] as Claims;

/** Where no such node is admitted, its evidence is of a kind that no rule knows. */
const unadmitted: AppraisalCase = {
  ...newerFirmware,
  title: "an Azure node is recognised in nothing where nobody admits any",
  claims: nodePart(aks).claims,
  values: { ...referenceValues(settings.clouds.admitted, settings.clouds.options, settings.clouds.nodes) },
  trust: unrecognised("remote", "cpu"),
};

const snpAsked: Asked = {
  verdicts: ["executables", "hardware"],
  mistyped: { snp_launch_measurement: snp.launch.snp?.measurement, snp_bootloader: 10 },
};
const versions = (name: string, value: string): Asked => ({ verdicts: ["configuration"], mistyped: { [name]: value } });

export const appraisalCases: readonly AppraisalCase[] = [
  ...around("remote", "SEV-SNP", part("remote", snp, "cpu"), snpBreakages, snpAsked),
  ...around("remote", "SEV-SNP, former release", part("remote", former, "cpu"), [], {
    ...snpAsked,
    mistyped: { snp_launch_measurement: former.launch.snp?.measurement, snp_snp_svn: ["25"] },
  }),
  ...around("remote", "SEV-SNP, current release", part("remote", current, "cpu"), [], {
    ...snpAsked,
    mistyped: { snp_launch_measurement: null, snp_microcode: [null] },
  }),
  ...around("remote", "TDX", part("remote", tdx, "cpu"), tdxBreakages, {
    verdicts: ["executables", "hardware", "configuration"],
    mistyped: { rtmr_1: tdx.launch.tdx?.rtmr1, mr_td: tdx.launch.tdx?.mrTd, xfam: true },
  }),
  ...around(
    "remote",
    "GPU",
    part("remote", snp, "gpu"),
    gpuBreakages,
    versions("allowed_driver_versions", "595.58.03"),
  ),
  ...around(
    "remote",
    "NVSwitch",
    part("remote", board, "switch"),
    switchBreakages,
    versions("allowed_switch_bios_versions", "96.10.6D.00.01"),
  ),
  ...around("remote", "protected PCIe", part("remote", board, "ppcie"), ppcieBreakages, { verdicts: [], mistyped: {} }),
  ...around(
    "local",
    "GPU, judged in Trustee",
    part("local", snp, "gpu"),
    localGpuBreakages,
    versions("allowed_vbios_versions", "96.00.CF.00.02"),
  ),
  ...around("clouds", "Azure's node", nodePart(aks), azureBreakages, {
    verdicts: ["executables", "hardware"],
    mistyped: { measurement: measurementClaim("c1".repeat(48)), snp_pcr04: "a4".repeat(32), tcb_snp: 22 },
  }),
  ...around("clouds", "Google's node", nodePart(gke), tdxBreakages, {
    verdicts: ["executables", "hardware", "configuration"],
    mistyped: { rtmr_2: "e2".repeat(48), mr_td: "d1".repeat(48), td_attributes: null },
  }),
  ...around("clouds", "SEV-SNP beside nodes", part("clouds", snp, "cpu"), snpBreakages, snpAsked),
  unadmitted,
  newerFirmware,
  sample,
  sampleDevice,
];
