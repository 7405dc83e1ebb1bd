import type { CollateralFile } from "../../components/verdict/context";
import { shortHash } from "../../components/names";
import { manifestProduct } from "../../components/verdict/gpu/chips";
import { answerable } from "../../components/verdict/gpu/revocation";
import type { TestAuthority, TestCertificate } from "./authority";
import type { DeviceSpec } from "./deviceSpecs";
import { encodeOcsp } from "./encodeOcsp";
import { manifestXml, signManifest } from "./encodeManifest";
import type { TestMachine } from "./hardware";
import { usualChips } from "./testDevice";
import type { ManifestKind, TestVendors } from "./vendors";
import { firmwareMeasurements, measurementCount } from "./vendors";

/** What a SIMULATED NVIDIA publishes about devices: manifests in the form of its own, and OCSP answers. */
export interface NvidiaCollateral {
  readonly manifests: readonly CollateralFile[];
  readonly answers: readonly CollateralFile[];
}

const day = 86_400_000;

/** Collateral that lets devices of one machine be judged in full. */
export async function nvidiaCollateral(
  vendors: TestVendors,
  machine: TestMachine,
  specs: readonly DeviceSpec[],
  now: Date,
): Promise<NvidiaCollateral> {
  const signer = await manifestSigner(vendors);
  const manifests = subjects(specs).map(({ kind, chip, version }) =>
    manifestFile(
      kind,
      chip,
      version,
      signManifest(simulatedManifest(kind, chip, version), signer, vendors.roots.nvidiaManifests),
    ),
  );
  const devices = await Promise.all(specs.map(({ arch, index, chip }) => machine.device(arch, index, chip)));
  const answers = [
    ...devices.flatMap(({ identity }) => answersFor(identity.chain, vendors.nvidia, 1, now)),
    ...answersFor(signer.chain, vendors.nvidiaManifests, 0, now),
  ];
  // Devices share all of their chain but the chip's own certificate.
  const once = answers.filter(({ source }, index) => answers.findIndex((each) => each.source === source) === index);
  return { manifests, answers: once };
}

export function manifestSigner(vendors: TestVendors): Promise<TestCertificate> {
  return vendors.nvidiaManifests.issue({ commonName: "SIMULATED RIM Signer", curve: "P-384" });
}

interface Subject {
  readonly kind: ManifestKind;
  readonly chip: string;
  readonly version: string;
}

/** What the devices' measurements are to be compared with, each once. */
function subjects(specs: readonly DeviceSpec[]): Subject[] {
  const all = specs.flatMap(({ arch, chip = usualChips[arch], driver, vbios }): Subject[] =>
    arch === "LS10"
      ? [{ kind: "bios", chip, version: vbios }]
      : [
          { kind: "driver", chip, version: driver ?? "" },
          { kind: "vbios", chip, version: vbios },
        ],
  );
  const key = (each: Subject) => `${each.kind} ${each.chip} ${each.version}`;
  return all.filter((each, index) => all.findIndex((other) => key(other) === key(each)) === index);
}

/** The manifest of a version as the SIMULATED NVIDIA writes it, not signed yet; changes make it another. */
export function simulatedManifest(
  kind: ManifestKind,
  chip: string,
  version: string,
  changes: { readonly more?: string } = {},
) {
  const measured = firmwareMeasurements(kind, kind === "driver" ? version : version.toUpperCase());
  return manifestXml({
    product: manifestProduct(chip),
    version: kind === "driver" ? version : version.toUpperCase(),
    measurements: new Map(Object.entries(measured).map(([index, value]) => [Number(index) - 1, [value]])),
    slots: kind === "bios" ? measurementCount.switch : measurementCount.gpu,
    ...changes,
  });
}

export function manifestFile(kind: ManifestKind, chip: string, version: string, bytes: Uint8Array): CollateralFile {
  return { kind: "nvidia-rim", source: `SIMULATED-${chip}-${kind}-${version}.swidtag`, bytes };
}

/** Answers about all of a chain that its issuers answer for; the chain's authorities sign their own. */
export function answersFor(
  chain: readonly string[],
  authority: TestAuthority,
  from: 0 | 1,
  now: Date,
  status: "good" | "revoked" | "unknown" = "good",
): CollateralFile[] {
  return answerable(chain, authority.root, from).map(({ certificate, issuers }) => {
    const issuer = issuers[0] ?? "";
    const key = authority.keyOf(issuer);
    const content = {
      certificate,
      issuer,
      status,
      thisUpdate: new Date(now.getTime() - day),
      nextUpdate: new Date(now.getTime() + day),
    };
    return { kind: "nvidia-ocsp", source: `SIMULATED-${shortHash(certificate)}.ocsp`, bytes: encodeOcsp(content, key) };
  });
}
