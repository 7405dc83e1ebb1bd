import type { Release } from "../../../components/workload/release";
import type { Token } from "../ear";
import { sampleUeid } from "../evidence";
import type { Path } from "./paths";
import { body, cpu, device, snpClaim, tdxClaim, vector } from "./paths";

/** One claim of a genuine token that is otherwise than it should be, and the threat that it stands for. */
export interface Deviation {
  readonly threat: string;
  readonly path: Path;
  /** Undefined: the claim is missing. A function: made from the genuine token. */
  readonly value: unknown;
}

/** A whole part of the same token, which affirms. */
export const copyOf =
  (part: string) =>
  ({ submods }: Token): unknown =>
    submods[part];

export const of = (threat: string, path: Path, value: unknown): Deviation => ({ threat, path, value });
const wrongDigest = "9".repeat(96);
const seconds = (time: string) => Date.parse(time) / 1000;

/** What no token gets away with, whatever it is about. */
export const ofAnyPart: readonly Deviation[] = [
  of("a token that hides when it was made", ["iat"], undefined),
  of("a time of no value, which is less than any number", ["iat"], null),
  of("a CPU that the attestation service only warns of", cpu("ear.status"), "warning"),
  of("a CPU that the attestation service rejects", cpu("ear.status"), "contraindicated"),
  of("a CPU of which the attestation service says nothing", cpu("ear.status"), "none"),
  of("a CPU without a verdict", cpu("ear.status"), undefined),
  of("a verdict spelled otherwise", cpu("ear.status"), "Affirming"),
  of("a CPU judged by somebody else's policy", cpu("ear.appraisal-policy-id"), "lenient"),
  of("a CPU judged by no policy that is named", cpu("ear.appraisal-policy-id"), undefined),
  of("CPU firmware that nobody looked at", vector("cpu0", "hardware"), 0),
  of("a guest image that nobody looked at", vector("cpu0", "executables"), 0),
  of("a guest's configuration that nobody looked at", vector("cpu0", "configuration"), 0),
  of("a verdict on the guest image that is missing", vector("cpu0", "executables"), undefined),
  of("a verdict on the guest image as text", vector("cpu0", "executables"), "3"),
  of("verdicts that are all missing", cpu("ear.trustworthiness-vector"), undefined),
  of("no evidence of the CPU at all", device("cpu0"), undefined),
  of("a guest whose CPU is not attested", cpu(), undefined),
  of("a token about nothing", ["submods"], {}),
  of("a token without parts", ["submods"], undefined),
  of("parts without names", ["submods"], []),
  of("a GPU outside the TEE: none is attested", ["submods", "gpu0"], undefined),
  of("a GPU that the attestation service only warns of", ["submods", "gpu0", "ear.status"], "warning"),
  of("a GPU without a verdict", ["submods", "gpu0", "ear.status"], undefined),
  of("a GPU judged by somebody else's policy", ["submods", "gpu0", "ear.appraisal-policy-id"], "lenient"),
  of("a GPU whose hardware nobody looked at", vector("gpu0", "hardware"), 0),
  of("a GPU whose mode nobody looked at", vector("gpu0", "configuration"), 0),
  of("a GPU without evidence", device("gpu0"), undefined),
  of("a GPU's evidence of no value", device("gpu0", "nvidia"), null),
  of("a second CPU's evidence in one token", ["submods", "cpu1"], copyOf("cpu0")),
  of("a GPU more than the release names", ["submods", "gpu8"], copyOf("gpu0")),
  of("a device of a kind that nobody asked for", ["submods", "tpm0"], copyOf("gpu0")),
];

/** What no guest gets away with, whatever it runs on. */
export function ofAnyGuest({ tee, validity, initData }: Release): Deviation[] {
  return [
    ...ofAnyPart,
    of("a guest started before its release is valid", ["iat"], seconds(validity.notBefore) - 1),
    of("a guest that outlives its release by nothing", ["iat"], seconds(validity.notAfter)),
    of("a guest that outlives its release by years", ["iat"], seconds(validity.notAfter) * 2),
    of("init-data with another key broker or agent policy", device("cpu0", "init_data"), "9".repeat(64)),
    of("init-data left out by the host", device("cpu0", "init_data"), undefined),
    of("init-data of no value", device("cpu0", "init_data"), null),
    of("init-data of zeros, as of a guest that was given none", device("cpu0", "init_data"), "0".repeat(64)),
    of("init-data with a second one beside it", device("cpu0", "init_data"), [initData.digest, "9".repeat(64)]),
    of("no evidence of the CPU's TEE", device("cpu0", tee), undefined),
    of("a time as text, which is more than any number", ["iat"], validity.notBefore),
  ];
}

export function ofSnpGuest(measurement: string): Deviation[] {
  const floors = { bootloader: 10, microcode: 84, snp: 25, tee: 1 };
  return [
    of("another guest image, kernel or command line", snpClaim("measurement"), wrongDigest),
    of("a guest that was not measured", snpClaim("measurement"), undefined),
    of("a measurement among others", snpClaim("measurement"), [measurement]),
    of("a measurement spelled otherwise", snpClaim("measurement"), measurement.toUpperCase()),
    of("a guest that the host may debug", snpClaim("policy_debug_allowed"), true),
    of("a guest of which debugging is unknown", snpClaim("policy_debug_allowed"), undefined),
    of("debugging denied as text", snpClaim("policy_debug_allowed"), "false"),
    of("a guest that a migration agent may copy", snpClaim("policy_migrate_ma"), true),
    of("a guest of which migration is unknown", snpClaim("policy_migrate_ma"), undefined),
    ...Object.entries(floors).flatMap(([part, floor]) => {
      const claim = snpClaim(`reported_tcb_${part}`);
      return [
        of(`${part} firmware rolled back to a version with known holes`, claim, floor - 1),
        of(`${part} firmware that is not reported`, claim, undefined),
        of(`${part} firmware as text, which is more than any number`, claim, String(floor)),
      ];
    }),
    of("a firmware version as list, which is more than any number", snpClaim("reported_tcb_snp"), [25]),
    of("a firmware version of no value", snpClaim("reported_tcb_snp"), null),
  ];
}

export const ofTdxGuest: readonly Deviation[] = [
  of("another virtual firmware", body("mr_td"), wrongDigest),
  of("a virtual firmware that was not measured", body("mr_td"), undefined),
  of("another kernel", body("rtmr_1"), wrongDigest),
  of("a kernel that was not measured", body("rtmr_1"), undefined),
  of("another command line", body("rtmr_2"), wrongDigest),
  of("a command line that was not measured", body("rtmr_2"), undefined),
  of("another TDX module", body("mr_seam"), "8".repeat(96)),
  of("a TDX module that is not reported", body("mr_seam"), undefined),
  of("CPU features outside the TEE's protection", body("xfam"), "ff42060000000000"),
  of("CPU features that are not reported", body("xfam"), undefined),
  of("TD attributes that nobody accepted (performance counters)", body("td_attributes"), "0000001000000080"),
  of("the debug bit in the raw TD attributes", body("td_attributes"), "0100001000000000"),
  of("TD attributes that are not reported", body("td_attributes"), undefined),
  of("a guest that the host may debug", tdxClaim("td_attributes", "debug"), true),
  of("a guest of which debugging is unknown", tdxClaim("td_attributes", "debug"), undefined),
  of("a platform with known holes", tdxClaim("tcb_status"), "OutOfDate"),
  of("a platform that needs hardening by software", tdxClaim("tcb_status"), "SWHardeningNeeded"),
  of("a platform whose keys were revoked", tdxClaim("tcb_status"), "Revoked"),
  of("a platform of unknown state", tdxClaim("tcb_status"), undefined),
  of("collateral held back until after its expiry", tdxClaim("collateral_expiration_status"), "1"),
  of("collateral of unknown age", tdxClaim("collateral_expiration_status"), undefined),
  of("an SGX enclave in the place of a TD", tdxClaim("quote", "header", "tee_type"), "00000000"),
  of("init-data cut to the size of SNP's", device("cpu0", "init_data"), "e".repeat(64)),
];

/** A GPU that NVIDIA's attestation service judged. */
export function ofRemoteGpu(gpu: string): Deviation[] {
  const claim = (name: string) => device(gpu, "nvidia", name);
  return [
    of(`${gpu}: a driver with known holes`, claim("x-nvidia-gpu-driver-version"), "550.54.15"),
    of(`${gpu}: a driver that is not reported`, claim("x-nvidia-gpu-driver-version"), undefined),
    of(`${gpu}: a driver among others`, claim("x-nvidia-gpu-driver-version"), ["595.58.03", "550.54.15"]),
    of(`${gpu}: a VBIOS with known holes`, claim("x-nvidia-gpu-vbios-version"), "96.00.5E.00.01"),
    of(`${gpu}: a VBIOS that is not reported`, claim("x-nvidia-gpu-vbios-version"), undefined),
    of(`${gpu}: development mode`, claim("dbgstat"), "enabled"),
    of(`${gpu}: a debug state that is not reported`, claim("dbgstat"), undefined),
    of(`${gpu}: no secure boot`, claim("secboot"), false),
    of(`${gpu}: secure boot as text`, claim("secboot"), "true"),
    of(`${gpu}: firmware that differs from NVIDIA's manifests`, claim("measres"), "fail"),
    of(`${gpu}: firmware that nobody compared`, claim("measres"), undefined),
    of(`${gpu}: NVIDIA's verdict against it`, claim("x-nvidia-overall-att-result"), false),
    of(`${gpu}: NVIDIA's verdict left out`, claim("x-nvidia-overall-att-result"), undefined),
    of(`${gpu}: executables that nobody looked at`, vector(gpu, "executables"), 0),
    of(`${gpu}: no identity`, claim("ueid"), undefined),
    of(`${gpu}: an empty identity`, claim("ueid"), ""),
    of(`${gpu}: an identity that is no text`, claim("ueid"), 7),
  ];
}

export const ofEightGpus: readonly Deviation[] = [
  of("one GPU of eight left outside the TEE", ["submods", "gpu7"], undefined),
  of("one GPU of eight only warned of", ["submods", "gpu5", "ear.status"], "warning"),
  of("one GPU's evidence reported for another", device("gpu5", "nvidia", "ueid"), sampleUeid(0)),
];

export const ofBoard: readonly Deviation[] = [
  of("a switch outside the TEE's protection", ["submods", "switch3"], undefined),
  of("a switch more than the board has", ["submods", "switch4"], copyOf("switch0")),
  of("a switch that is only warned of", ["submods", "switch1", "ear.status"], "warning"),
  of("one switch's evidence reported for another", device("switch3", "nvidia", "ueid"), sampleUeid(100)),
  of("a switch without an identity", device("switch0", "nvidia", "ueid"), undefined),
  of("a switch BIOS with known holes", device("switch0", "nvidia", "x-nvidia-switch-bios-version"), "96.10.00"),
  of("a switch BIOS that is not reported", device("switch0", "nvidia", "x-nvidia-switch-bios-version"), undefined),
  of("a switch in development mode", device("switch2", "nvidia", "dbgstat"), "enabled"),
  of("a switch whose firmware nobody looked at", vector("switch1", "executables"), 0),
  of("devices that do not name each other: no protected PCIe", ["submods", "ppcie0"], undefined),
  of("a topology that is only warned of", ["submods", "ppcie0", "ear.status"], "warning"),
];

export const ofLocalGpu: readonly Deviation[] = [
  of("a driver with known holes", device("gpu0", "nvidia", "config", "driver_version"), "550.54.15"),
  of("a VBIOS with known holes", device("gpu0", "nvidia", "config", "vbios_version"), "96.00.5E.00.01"),
  of("a GPU whose evidence the verifier cannot read", device("gpu0", "nvidia", "arch"), "Blackwell"),
  of("a GPU of which nothing is reported", device("gpu0", "nvidia", "config"), undefined),
];

export const ofKnownDevices: readonly Deviation[] = [
  of(
    "a CPU that the owner does not know, its keys perhaps extracted",
    tdxClaim("platform_provider_id"),
    "c7".repeat(16),
  ),
  of("a CPU that does not say which it is", tdxClaim("platform_provider_id"), undefined),
  of("a GPU that the owner does not know", device("gpu3", "nvidia", "ueid"), sampleUeid(16)),
];
