import { X509Certificate } from "node:crypto";
import type { CollateralFile, ExamineContext } from "../../components/verdict/context";
import type { DeviceEvidence } from "../../components/verdict/evidence/attestRequest";
import { Findings } from "../../components/verdict/finding";
import { examineDevice, readDevice } from "../../components/verdict/gpu/device";
import { manifestChainProblem, openManifest } from "../../components/verdict/gpu/manifestSignature";
import { suppliedManifests } from "../../components/verdict/gpu/manifests";
import { examineMeasurements } from "../../components/verdict/gpu/measurements";
import { pinnedRoots } from "../../components/verdict/roots";
import { EvidenceError } from "../../components/verdict/evidence/reader";

/** Something that both are asked, and what this project says of it. */
export interface NvidiaQuestion {
  readonly name: string;
  readonly question: Readonly<Record<string, unknown>>;
  readonly own: boolean;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

function contextOf(root: string, nonce: string, manifests: readonly CollateralFile[] = [], manifestRoot = root) {
  return {
    now: new Date(),
    roots: { ...pinnedRoots, nvidia: root, nvidiaManifests: manifestRoot },
    collateral: manifests,
    // No more of a release is looked at.
    expected: { deviceNonce: { value: nonce } } as ExamineContext["expected"],
  } satisfies ExamineContext;
}

export function reportQuestion(name: string, device: DeviceEvidence, root: string, nonce: string): NvidiaQuestion {
  const examined = examineDevice(device, "gpu", "gpu0", contextOf(root, nonce));
  const certificates = Buffer.from(device.certificate, "base64").toString("latin1");
  return {
    name,
    question: {
      kind: "report",
      arch: device.arch,
      report: device.evidence,
      chain: withoutRoot(certificates, root),
      root,
      nonce,
    },
    own: examined.found.all.every(({ grade }) => grade === "verified"),
  };
}

/** The other side is given the root by itself, as its own callers do. */
function withoutRoot(certificates: string, root: string): string {
  const all = certificates.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const anchor = new X509Certificate(root);
  return all
    .filter((pem) => {
      try {
        return !new X509Certificate(pem).raw.equals(anchor.raw);
      } catch {
        return true;
      }
    })
    .join("\n");
}

/** A manifest's signature; with a root, its chain, too. */
export function manifestQuestion(name: string, bytes: Uint8Array, root?: string): NvidiaQuestion {
  return {
    name,
    question: { kind: "manifest", xml: base64(bytes), ...(root !== undefined && { root }) },
    own: opens(bytes, root),
  };
}

function opens(bytes: Uint8Array, root: string | undefined): boolean {
  try {
    const signed = openManifest(bytes);
    return root === undefined || manifestChainProblem(signed, root, new Date()) === undefined;
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}

/** Measurements of a report against the manifests of its driver and VBIOS. */
export function measurementQuestion(
  name: string,
  device: DeviceEvidence,
  [driver, vbios]: readonly [CollateralFile, CollateralFile],
  manifestRoot: string,
): NvidiaQuestion {
  const read = { ...readDevice(device), genuine: true } as const;
  const found = new Findings("gpu0");
  const context = contextOf(manifestRoot, read.report.nonce, [driver, vbios]);
  examineMeasurements("gpu", read, suppliedManifests(context), found);
  return {
    name,
    question: {
      kind: "measurements",
      arch: device.arch,
      report: device.evidence,
      driver: base64(driver.bytes),
      vbios: base64(vbios.bytes),
    },
    own: found.all.some(({ check, grade }) => check === "gpu-measurements" && grade === "verified"),
  };
}
