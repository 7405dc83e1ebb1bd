import type { TrustClaims } from "../../../components/verdict/token/trustTiers";
import type { Path } from "./paths";

/** A claim of genuine evidence that is otherwise, and the one verdict that it costs. */
export interface Breakage {
  readonly what: string;
  /** From the part's claims on. */
  readonly path: Path;
  /** Undefined: the claim is missing. */
  readonly value: unknown;
  readonly verdict: keyof TrustClaims;
}

const of = (what: string, path: Path, value: unknown, verdict: keyof TrustClaims): Breakage => ({
  what,
  path,
  value,
  verdict,
});
const body = (field: string) => ["tdx", "quote", "body", field];
const wrongDigest = "9".repeat(96);

export const snpBreakages: readonly Breakage[] = [
  of("another launch digest", ["snp", "measurement"], wrongDigest, "executables"),
  of("no launch digest", ["snp", "measurement"], undefined, "executables"),
  of("a bootloader that is too old", ["snp", "reported_tcb_bootloader"], 9, "hardware"),
  of("microcode that is too old", ["snp", "reported_tcb_microcode"], 83, "hardware"),
  of("SNP firmware that is too old", ["snp", "reported_tcb_snp"], 24, "hardware"),
  of("TEE firmware that is not reported", ["snp", "reported_tcb_tee"], undefined, "hardware"),
  of("firmware as text, which is more than any number", ["snp", "reported_tcb_snp"], "25", "hardware"),
  of("firmware as a list, which is more than any number", ["snp", "reported_tcb_tee"], [9], "hardware"),
  of("debug", ["snp", "policy_debug_allowed"], true, "configuration"),
  of("migration", ["snp", "policy_migrate_ma"], true, "configuration"),
];

export const tdxBreakages: readonly Breakage[] = [
  of("another kernel", body("rtmr_1"), wrongDigest, "executables"),
  of("another command line", body("rtmr_2"), wrongDigest, "executables"),
  of("other firmware", body("mr_td"), wrongDigest, "hardware"),
  of("an outdated platform", ["tdx", "tcb_status"], "OutOfDate", "hardware"),
  of("expired collateral", ["tdx", "collateral_expiration_status"], "1", "hardware"),
  of("an SGX quote", ["tdx", "quote", "header", "tee_type"], "00000000", "hardware"),
  of("a foreign quoting enclave", ["tdx", "quote", "header", "vendor_id"], "0".repeat(32), "hardware"),
  of("debug", ["tdx", "td_attributes", "debug"], true, "configuration"),
  of("the debug bit in its raw attributes", body("td_attributes"), "0100001000000000", "configuration"),
  of("other features", body("xfam"), "0000000000000000", "configuration"),
];

const azure = (...more: string[]) => ["az-snp-vtpm", ...more];
const pcr = (register: string) => azure("tpm", `pcr${register}`);

export const azureBreakages: readonly Breakage[] = [
  of("another paravisor", azure("measurement"), "9".repeat(64), "executables"),
  of("another boot program", pcr("04"), "9".repeat(64), "executables"),
  of("init-data, as of a peer pod", pcr("08"), "9".repeat(64), "executables"),
  of("another initrd", pcr("09"), "9".repeat(64), "executables"),
  of("another kernel image", pcr("11"), "9".repeat(64), "executables"),
  of("another command line", pcr("12"), "9".repeat(64), "executables"),
  of("a register that is not reported", pcr("04"), undefined, "executables"),
  of("fewer registers than there are", pcr("23"), undefined, "executables"),
  of("no register", azure("tpm"), {}, "executables"),
  of("a register that anybody can reset in use", pcr("16"), "9".repeat(64), "executables"),
  of("registers out of their places", pcr("17"), "0".repeat(64), "executables"),
  of("a bootloader that is too old", azure("reported_tcb_bootloader"), "3", "hardware"),
  of("microcode that is too old", azure("reported_tcb_microcode"), "99", "hardware"),
  of("SNP firmware that is too old", azure("reported_tcb_snp"), "9", "hardware"),
  of("TEE firmware that is not reported", azure("reported_tcb_tee"), undefined, "hardware"),
  of("firmware that is no number", azure("reported_tcb_tee"), "1e9", "hardware"),
  of("firmware as a number, which this verifier writes none of", azure("reported_tcb_tee"), 200, "hardware"),
  of("debug", azure("policy_debug_allowed"), "true", "configuration"),
  of("migration", azure("policy_migrate_ma"), "true", "configuration"),
  of("migration that is not reported", azure("policy_migrate_ma"), undefined, "configuration"),
];

export const ppcieBreakages: readonly Breakage[] = [
  of("seven GPUs", ["nvidia", "gpu_count"], 7, "configuration"),
  of("no switches", ["nvidia", "switch_count"], 0, "configuration"),
];

export const localGpuBreakages: readonly Breakage[] = [
  of("another architecture", ["nvidia", "arch"], "Blackwell", "hardware"),
  of("a driver not listed", ["nvidia", "config", "driver_version"], "1", "configuration"),
  of("a VBIOS not listed", ["nvidia", "config", "vbios_version"], "1", "configuration"),
];

export const gpuBreakages = deviceBreakages(
  "gpu",
  ["driver-rim", "vbios-rim"],
  [
    of("a driver not listed", ["nvidia", "x-nvidia-gpu-driver-version"], "550.54.15", "configuration"),
    of("a VBIOS not listed", ["nvidia", "x-nvidia-gpu-vbios-version"], "96.00.5E.00.01", "configuration"),
  ],
);

export const switchBreakages = deviceBreakages(
  "switch",
  ["bios-rim"],
  [of("a BIOS not listed", ["nvidia", "x-nvidia-switch-bios-version"], "96.10.00", "configuration")],
);

function deviceBreakages(
  kind: "gpu" | "switch",
  rims: readonly string[],
  versions: readonly Breakage[],
): readonly Breakage[] {
  const claim = (name: string, ...more: string[]) => ["nvidia", name, ...more];
  const report = `x-nvidia-${kind}-attestation-report`;
  const chain = `${report}-cert-chain`;
  return [
    of("a revoked device certificate", claim(chain, "x-nvidia-cert-ocsp-status"), "revoked", "hardware"),
    of("an expired device certificate", claim(chain, "x-nvidia-cert-status"), "expired", "hardware"),
    of("another device's firmware id", claim(`${chain}-fwid-match`), false, "hardware"),
    of("a report that does not parse", claim(`${report}-parsed`), false, "hardware"),
    of("a report that is not signed", claim(`${report}-signature-verified`), false, "hardware"),
    of("another nonce", claim(`${report}-nonce-match`), false, "hardware"),
    of("another architecture", claim(`x-nvidia-${kind}-arch-check`), false, "hardware"),
    ...rims.flatMap((rim) => rimBreakages(rim, `x-nvidia-${kind}-${rim}`)),
    of("measurements that do not match", claim("measres"), "fail", "executables"),
    of("no secure boot", claim("secboot"), false, "configuration"),
    of("development mode", claim("dbgstat"), "enabled", "configuration"),
    ...versions,
  ];
}

/** NVIDIA's reference manifest of a device's firmware. */
function rimBreakages(rim: string, name: string): Breakage[] {
  const claim = (what: string, ...more: string[]) => ["nvidia", `${name}-${what}`, ...more];
  return [
    of(`${rim}: a revoked signer`, claim("cert-chain", "x-nvidia-cert-ocsp-status"), "revoked", "executables"),
    of(`${rim}: an invalid signer`, claim("cert-chain", "x-nvidia-cert-status"), "invalid", "executables"),
    of(`${rim}: not fetched`, claim("fetched"), false, "executables"),
    of(`${rim}: without measurements`, claim("measurements-available"), false, "executables"),
    of(`${rim}: of another schema`, claim("schema-validated"), false, "executables"),
    of(`${rim}: not signed`, claim("signature-verified"), false, "executables"),
    of(`${rim}: of another version`, claim("version-match"), false, "executables"),
  ];
}
