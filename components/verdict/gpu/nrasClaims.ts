import type { VerdictClaimId } from "../finding";
import type { DeviceKind } from "./device";

/** A device as a token of NVIDIA's attestation service speaks of it, claims version 3.0 and later. */
export interface DeviceClaims {
  readonly kind: DeviceKind;
  /** `GPU-0`, `SWITCH-2`: its part of the token. */
  readonly part: string;
  readonly ueid: string;
  /** First word of `hwmodel`. */
  readonly chip: string;
  readonly driver?: string;
  readonly firmware?: string;
  readonly measurements?: string;
  readonly secureBoot?: boolean;
  readonly debugging?: string;
  /** Whether its certificates, and its manifests, are valid and not revoked. */
  readonly certificatesGood: boolean;
  readonly manifestsGood: boolean;
  /** Names of a board's devices, as the service writes them. */
  readonly linkedSwitches: readonly string[];
  readonly ownSwitch?: string;
  readonly linkedGpus: readonly string[];
  readonly statements: readonly Statement[];
}

/** Something that the service finds of a device, and whether it is as it has to be. */
export interface Statement {
  readonly check: string;
  readonly claim: VerdictClaimId;
  readonly holds: boolean;
  readonly good: string;
  readonly bad: string;
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * Reads a device's part. Claims that are missing do not hold: a newer service may leave them out, and then this has to be
 * looked at again.
 *
 * Source: docs.nvidia.com/attestation/advanced-documentation/latest/claims-guide, GPU and nvSwitch claims; tokens of the
 * service in NVIDIA/attestation-sdk (unit-tests/testdata/sample_attestation_data).
 */
export function deviceClaims(part: string, claims: Claims): DeviceClaims {
  const kind: DeviceKind = part.toUpperCase().startsWith("SWITCH") ? "switch" : "gpu";
  const prefix = `x-nvidia-${kind}`;
  const rims = kind === "gpu" ? ["driver-rim", "vbios-rim"] : ["bios-rim"];
  const driver = text(claims[`${prefix}-driver-version`]);
  const firmware = text(claims[kind === "gpu" ? `${prefix}-vbios-version` : `${prefix}-bios-version`])?.toLowerCase();
  const measurements = text(claims.measres);
  const debugging = text(claims.dbgstat);
  const ownSwitch = text(claims["x-nvidia-switch-pdi"]);
  const certificatesGood = chainGood(claims[`${prefix}-attestation-report-cert-chain`]);
  const manifestsGood = rims.every((rim) => manifestGood(claims, `${prefix}-${rim}`));
  const read = {
    kind,
    part,
    ueid: text(claims.ueid) ?? "",
    chip: text(claims.hwmodel)?.split(" ")[0] ?? "",
    ...(driver !== undefined && { driver }),
    ...(firmware !== undefined && { firmware }),
    ...(measurements !== undefined && { measurements }),
    ...(typeof claims.secboot === "boolean" && { secureBoot: claims.secboot }),
    ...(debugging !== undefined && { debugging }),
    certificatesGood,
    manifestsGood,
    linkedSwitches: names(claims["x-nvidia-gpu-switch-pdis"]),
    ...(ownSwitch !== undefined && { ownSwitch }),
    linkedGpus: names(claims["x-nvidia-switch-gpu-pdis"]),
  };
  const report = ["parsed", "signature-verified", "nonce-match", "cert-chain-fwid-match"].filter(
    (what) => claims[`${prefix}-attestation-report-${what}`] !== true,
  );
  const wrong = [...report, ...(claims[`${prefix}-arch-check`] === true ? [] : ["arch-check"])];
  const state = (check: string, claim: VerdictClaimId, holds: boolean, good: string, bad: string): Statement => ({
    check: `nras-${check}`,
    claim,
    holds,
    good,
    bad,
  });
  const said = (value: unknown) => (value === undefined || value === null ? "unsaid" : JSON.stringify(value));
  return {
    ...read,
    statements: [
      state(
        "report",
        "gpu-genuine",
        wrong.length === 0,
        "its report is genuine and fresh",
        `of its report these do not hold: ${wrong.join(", ")}`,
      ),
      state(
        "certificates",
        "gpu-genuine",
        certificatesGood,
        "its certificates are valid and not revoked",
        "its certificates are not said to be valid and unrevoked",
      ),
      state(
        "manifests",
        "gpu-genuine",
        manifestsGood,
        "the manifests of its versions were fetched and are NVIDIA's",
        "the manifests of its versions are not said to be NVIDIA's",
      ),
      state(
        "measurements",
        "gpu-genuine",
        measurements === "success",
        "its measurements equal the manifests'",
        `its measurements compare as ${said(claims.measres)}, not "success"`,
      ),
      state(
        "secure-boot",
        "gpu-confidential",
        read.secureBoot === true,
        "secure boot is on",
        `secure boot is ${said(claims.secboot)}, not true`,
      ),
      state(
        "debug",
        "gpu-confidential",
        debugging === "disabled",
        "debugging is off; the mode itself the service does not name",
        `debugging is ${said(claims.dbgstat)}, not "disabled"`,
      ),
    ],
  };
}

function manifestGood(claims: Claims, name: string): boolean {
  return (
    ["fetched", "measurements-available", "schema-validated", "signature-verified", "version-match"].every(
      (what) => claims[`${name}-${what}`] === true,
    ) && chainGood(claims[`${name}-cert-chain`])
  );
}

function chainGood(chain: unknown): boolean {
  const { "x-nvidia-cert-status": status, "x-nvidia-cert-ocsp-status": ocsp } = (chain ?? {}) as Claims;
  return status === "valid" && ocsp === "good";
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function names(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const all = value.filter((each): each is string => typeof each === "string" && !/^(0x)?0+$/.test(each));
  return [...new Set(all.map((each) => each.toLowerCase()))].sort();
}
