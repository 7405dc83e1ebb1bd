import { opaqueFields, textField, vbiosVersion } from "../../components/verdict/evidence/gpuReport";
import { openStatement } from "./statement";
import type { Manifest, ManifestKind, TrustedVendors } from "./vendors";
import type { VerifiedDevice } from "./verifyDevices";

/** Claims of Trustee's own verifier (deps/verifier/src/nvidia): what the report says, compared with nothing. */
export function localClaims({ evidence, report }: VerifiedDevice): Record<string, unknown> {
  return {
    arch: evidence.arch === "HOPPER" ? "Hopper" : evidence.arch === "BLACKWELL" ? "Blackwell" : "LS10",
    uuid: evidence.uuid,
    measurements: { ...report.measurements },
    config: {
      driver_version: textField(report, opaqueFields.driverVersion),
      vbios_version: vbiosVersion(report),
      fwid: report.opaque.get(opaqueFields.fwid)?.toString("hex"),
    },
  };
}

interface JudgedManifest {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Whether it may be compared with, and the report's measurements are its own. */
  readonly matches: boolean;
}

/**
 * Claims of NVIDIA's attestation service, version 3.0, SIMULATED: each is computed from the report, from signed manifests
 * and from a list of revoked certificates. What no report of ours holds (secure boot, debug state) is what a production
 * device says.
 */
export async function remoteClaims(
  device: VerifiedDevice,
  { vendors, now }: { readonly vendors: TrustedVendors; readonly now: Date },
): Promise<Record<string, unknown>> {
  const { evidence, report, certificate } = device;
  const kind = evidence.arch === "LS10" ? "switch" : "gpu";
  const prefix = `x-nvidia-${kind}`;
  const driver = textField(report, opaqueFields.driverVersion);
  // The service writes it in upper case.
  const firmware = vbiosVersion(report)?.toUpperCase();
  const judge = (manifest: ManifestKind, version: string | undefined) =>
    judgeManifest(device, `${prefix}-${manifest}-rim`, manifest, version, vendors, now);
  const judged =
    kind === "gpu" ? [await judge("driver", driver), await judge("vbios", firmware)] : [await judge("bios", firmware)];
  const good = !vendors.revoked(certificate.serialNumber.toLowerCase());
  const measured = judged.every(({ matches }) => matches);
  return {
    hwmodel: `SIMULATED ${evidence.arch}`,
    // The certificate's serial number: what tells one device from another.
    ueid: BigInt(`0x${certificate.serialNumber}`).toString(),
    secboot: true,
    dbgstat: "disabled",
    measres: measured ? "success" : "fail",
    "x-nvidia-overall-att-result": measured && good,
    [`${prefix}-arch-check`]: true,
    [`${prefix}-attestation-report-cert-chain`]: chainClaim(true, good),
    [`${prefix}-attestation-report-cert-chain-fwid-match`]: true,
    [`${prefix}-attestation-report-parsed`]: true,
    [`${prefix}-attestation-report-nonce-match`]: true,
    [`${prefix}-attestation-report-signature-verified`]: true,
    ...Object.assign({}, ...judged.map(({ claims }) => claims)),
    ...(kind === "gpu"
      ? { "x-nvidia-gpu-driver-version": driver, "x-nvidia-gpu-vbios-version": firmware }
      : { "x-nvidia-switch-bios-version": firmware }),
  };
}

async function judgeManifest(
  { report }: VerifiedDevice,
  name: string,
  kind: ManifestKind,
  version: string | undefined,
  vendors: TrustedVendors,
  now: Date,
): Promise<JudgedManifest> {
  const text = version === undefined ? undefined : await vendors.manifest(kind, version);
  if (text === undefined) return { claims: { [`${name}-fetched`]: false }, matches: false };
  const { payload, chainValid, signatureValid } = await openStatement<Manifest>(text, vendors.roots.nvidia, now);
  const versionMatches = payload.kind === kind && payload.version === version;
  const entries = Object.entries(payload.measurements);
  const equal = entries.every(([index, value]) => report.measurements[Number(index)] === value);
  return {
    claims: {
      [`${name}-fetched`]: true,
      [`${name}-measurements-available`]: entries.length > 0,
      [`${name}-schema-validated`]: entries.every(([, value]) => /^[0-9a-f]{96}$/.test(value)),
      [`${name}-signature-verified`]: signatureValid,
      [`${name}-version-match`]: versionMatches,
      [`${name}-cert-chain`]: chainClaim(chainValid, true),
    },
    matches: entries.length > 0 && signatureValid && chainValid && versionMatches && equal,
  };
}

function chainClaim(valid: boolean, good: boolean) {
  return {
    "x-nvidia-cert-status": valid ? "valid" : "invalid",
    "x-nvidia-cert-ocsp-status": good ? "good" : "revoked",
  };
}
