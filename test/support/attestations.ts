import { generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Demands } from "../../components/workload/acceptance/judge";
import { publicPem, signedEnvelope } from "../../tooling/rehearsal/imageAttestations";
import { sampleRelease } from "./release";

const p256 = (): KeyObject => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const ed25519 = (): KeyObject => generateKeyPairSync("ed25519").privateKey;

/** Keys of one test run: two that the provider accepts, one of each kind, and somebody else's. */
export const scanners = { clinic: p256(), lab: ed25519(), stranger: p256() } as const;

export const release = sampleRelease();
export const now = new Date("2026-11-20T12:00:00Z");

export const demands: Demands = {
  registries: ["nvcr.io/nim"],
  attestationSigners: [
    { name: "Scanner A", publicKey: publicPem(scanners.clinic) },
    { name: "Scanner B", publicKey: publicPem(scanners.lab) },
  ],
  vulnerabilityScan: { maximumAgeDays: 30, worstSeverity: "high" },
  sbom: { formats: ["spdx", "cyclonedx"] },
};

/** What a provider of the sample factory is told where nothing was accepted yet. */
export const nothingAccepted = {
  "northern-metal": { attestationSigners: [...demands.attestationSigners], images: [] },
};

export const scanType = "https://cosign.sigstore.dev/attestation/vuln/v1";
export const billType = "https://cyclonedx.org/bom";

/** What Trivy writes with `--format cosign-vuln`, as far as it is read. */
export function trivyScan(finishedOn = "2026-11-19T08:00:00Z", found: readonly [id: string, severity: string][] = []) {
  return {
    invocation: { parameters: null, uri: "", event_id: "", "builder.id": "" },
    scanner: {
      uri: "pkg:github/aquasecurity/trivy@v0.66.0",
      version: "v0.66.0",
      db: { uri: "", version: "" },
      result: {
        SchemaVersion: 2,
        ArtifactName: "model",
        Results: [
          {
            Target: "model",
            Vulnerabilities: found.map(([VulnerabilityID, Severity]) => ({ VulnerabilityID, Severity })),
          },
        ],
      },
    },
    metadata: { scanStartedOn: finishedOn, scanFinishedOn: finishedOn },
  };
}

export const bill = { bomFormat: "CycloneDX", specVersion: "1.6", components: [{ type: "library", name: "vllm" }] };

export function scanLine(predicate: unknown = trivyScan(), key: KeyObject = scanners.clinic, predicateType = scanType) {
  return envelope({ predicateType, predicate }, key);
}

export function billLine(predicate: unknown = bill, key: KeyObject = scanners.lab, predicateType = billType) {
  return envelope({ predicateType, predicate }, key);
}

export function envelope(
  parts: { predicateType: string; predicate: unknown },
  key: KeyObject,
  imageDigest = release.image.digest,
): string {
  return signedEnvelope({ imageDigest, imageName: release.image.repository, ...parts }, key);
}
