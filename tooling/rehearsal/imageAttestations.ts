import type { KeyObject } from "node:crypto";
import { createPublicKey, sign } from "node:crypto";
import { canonicalJson } from "../../components/names";
import { preAuthEncoding } from "../../components/workload/acceptance/envelope";
import { statementPayloadType } from "../../components/workload/acceptance/statement";
import type { Release } from "../../components/workload/release";

export interface StatementParts {
  /** `sha256:…` */
  readonly imageDigest: string;
  readonly imageName: string;
  readonly predicateType: string;
  readonly predicate: unknown;
}

/** One line of a file of attestations: an in-toto statement in a signed DSSE envelope, as `cosign attest` makes it. */
export function signedEnvelope({ imageDigest, imageName, ...parts }: StatementParts, key: KeyObject): string {
  const statement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: imageName, digest: { sha256: imageDigest.replace(/^sha256:/, "") } }],
    ...parts,
  };
  const payload = Buffer.from(canonicalJson(statement));
  const message = preAuthEncoding(statementPayloadType, payload);
  const sig = sign(key.asymmetricKeyType === "ed25519" ? null : "sha256", message, key).toString("base64");
  return canonicalJson({
    payload: payload.toString("base64"),
    payloadType: statementPayloadType,
    signatures: [{ sig }],
  });
}

/**
 * SIMULATED attestations of a rehearsal's image, which does not exist: a scan that found nothing and a bill of materials
 * with one component, as a real scanner would write them.
 */
export function simulatedAttestations({ image }: Pick<Release, "image">, key: KeyObject, now: Date): string {
  const at = now.toISOString();
  const about = { imageDigest: image.digest, imageName: `${image.repository} (SIMULATED)` };
  const scan = {
    scanner: {
      uri: "pkg:generic/simulated-scanner",
      version: "SIMULATED",
      db: { uri: "pkg:generic/simulated-database", version: "SIMULATED", lastUpdate: at },
      result: [],
    },
    metadata: { scanStartedOn: at, scanFinishedOn: at },
  };
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    components: [{ type: "container", name: `${image.repository} (SIMULATED)`, version: image.digest }],
  };
  return [
    signedEnvelope({ ...about, predicateType: "https://in-toto.io/attestation/vulns/v0.2", predicate: scan }, key),
    signedEnvelope({ ...about, predicateType: "https://cyclonedx.org/bom", predicate: bill }, key),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

/** PEM of the public half. */
export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: "spki", format: "pem" }) as string;
}
