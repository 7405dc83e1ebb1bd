import { X509Certificate, webcrypto } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { CollateralFile, VendorRoots } from "../../../components/verdict/context";
import type { GuestSpec } from "../../attestation/guest";
import type { TestMachine } from "../../attestation/hardware";
import { simulatedIntelCollateral } from "../../attestation/intelCollateral";
import { nvidiaCollateral } from "../../attestation/nvidiaCollateral";
import type { TestVendors } from "../../attestation/vendors";

const dayMilliseconds = 86_400_000;

/** What a reader judges a rehearsal's guest under. */
export function simulatedRoots(vendors: TestVendors): VendorRoots {
  const { amd, intel, nvidia, nvidiaManifests } = vendors.roots;
  return {
    amd: { milan: amd, genoa: amd, turin: amd },
    intel,
    nvidia,
    nvidiaManifests,
    // Nobody of a rehearsal is on Google Cloud; a root has to be there all the same, and it must not be the real one.
    googleConfidentialSpace: nvidia,
    simulated: true,
  };
}

/** All the SIMULATED vendors' documents that a guest's evidence is judged with, as they were a day ago. */
export async function simulatedCollateral(
  vendors: TestVendors,
  machine: TestMachine,
  { cpu, devices }: GuestSpec,
  now: Date,
): Promise<CollateralFile[]> {
  const nvidia = await nvidiaCollateral(vendors, machine, devices, now);
  return [
    ...(cpu.tee === "snp" ? [await amdRevocations(vendors, now)] : await simulatedIntelCollateral(vendors, now)),
    ...nvidia.manifests,
    ...nvidia.answers,
  ];
}

/** The list of AMD's root, on which there is nothing. */
async function amdRevocations({ amd }: TestVendors, now: Date): Promise<CollateralFile> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const algorithm = { name: "ECDSA", namedCurve: "P-384" };
  const pkcs8 = amd.keyOf(amd.root).export({ type: "pkcs8", format: "der" });
  const signingKey = await webcrypto.subtle.importKey("pkcs8", new Uint8Array(pkcs8), algorithm, false, ["sign"]);
  const issued = new Date(now.getTime() - dayMilliseconds);
  const list = await x509.X509CrlGenerator.create({
    issuer: new x509.X509Certificate(new X509Certificate(amd.root).raw).subjectName,
    thisUpdate: issued,
    nextUpdate: new Date(now.getTime() + 30 * dayMilliseconds),
    entries: [],
    signingAlgorithm: { ...algorithm, hash: "SHA-384" } as EcdsaParams,
    signingKey: signingKey as CryptoKey,
  });
  return { kind: "amd-crl", source: "SIMULATED amd-crl.der", bytes: new Uint8Array(list.rawData), obtained: issued };
}
