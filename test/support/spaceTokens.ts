import { KeyObject, webcrypto } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { CollateralFile } from "../../components/verdict/context";
import { channelNonce } from "../../components/verdict/token/examineConfidentialSpace";
import type { SpaceContext } from "../../components/verdict/token/spaceContext";
import { imageDigest, spaceToken } from "./cloudTokens";
import { ecKey, jwkOf, rsaKey, signedToken } from "./signedTokens";

/** Tokens of Google's attestation service in both forms, SIMULATED: shaped as its documentation and published ones are. */

const rsa = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

export const signedAt = Date.parse("2026-11-20T12:00:00Z") / 1000;
export const now = new Date((signedAt + 30) * 1000);
export const audience = "https://reader.example";
export const readersNonce = "0123456789abcdef".repeat(4);
export const tlsKey = ecKey();
export const tlsSpki = tlsKey.publicKey.export({ format: "der", type: "spki" });
export const oidcKey = rsaKey();
export const oidcKid = "1f12fa916c3a0ef585894b4b420ad17dc9d6cdf5";

export const spaceClaims: Record<string, unknown> = {
  ...spaceToken,
  aud: audience,
  iat: signedAt,
  nbf: signedAt,
  exp: signedAt + 3600,
  oemid: 11129,
  eat_nonce: [readersNonce, channelNonce(tlsSpki)],
  eat_profile: "https://cloud.google.com/confidential-computing/confidential-space/docs/reference/token-claims",
  tdx: { gcp_attester_tcb_status: "UpToDate", gcp_attester_tcb_date: "2026-05-13T00:00:00Z" },
  submods: {
    ...spaceToken.submods,
    container: { ...spaceToken.submods.container, args: ["/serve", "--port", "8000"] },
  },
};

export function keySet(
  changes: Partial<CollateralFile> = {},
  keys: readonly unknown[] = [googlesJwk()],
): CollateralFile {
  return {
    kind: "jwks",
    source: "collateral/google-confidential-space.jwks.json",
    bytes: Buffer.from(JSON.stringify({ keys })),
    obtained: new Date("2026-11-20T00:00:00Z"),
    ...changes,
  };
}

export function googlesJwk(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...jwkOf(oidcKey), kid: oidcKid, alg: "RS256", use: "sig", ...changes };
}

export function oidcToken(claims: unknown = spaceClaims): string {
  return signedToken({ typ: "JWT", alg: "RS256", kid: oidcKid }, claims, oidcKey.privateKey, "RS256");
}

/** A root with its intermediate and the certificate that signs: RSA throughout, as Google's are. */
export interface SpaceAuthority {
  readonly root: string;
  /** Leaf first, base64 of DER. */
  readonly x5c: readonly string[];
  readonly leafKey: KeyObject;
  readonly intermediateKey: KeyObject;
}

export const googles: Promise<SpaceAuthority> = authority("SIMULATED Confidential Space", {});
export const strangers: Promise<SpaceAuthority> = authority("SIMULATED other", {});
/** Google's name, whose leaf is no longer valid. */
export const expired: Promise<SpaceAuthority> = authority("SIMULATED Confidential Space", {
  notAfter: new Date("2026-11-19T00:00:00Z"),
});

export function pkiToken({ x5c, leafKey }: SpaceAuthority, claims: unknown = spaceClaims): string {
  return signedToken({ typ: "JWT", alg: "RS256", kid: "leaf", x5c }, claims, leafKey, "RS256");
}

export async function spaceContext(changes: Partial<SpaceContext> = {}): Promise<SpaceContext> {
  return {
    now,
    collateral: [keySet()],
    roots: { googleConfidentialSpace: (await googles).root, simulated: false },
    expected: {
      audience,
      imageDigest,
      imageRepository: "us-docker.pkg.dev/acme/models/serve",
      oldestVersion: "260400",
      arguments: ["/serve", "--port", "8000"],
      gpu: { model: "GCP_NVIDIA_H100", count: 1, drivers: ["550.127.05"], vbios: ["96.00.9F.00.01"] },
      maximumAgeSeconds: 300,
    },
    nonce: { value: readersNonce },
    channelKey: { value: tlsSpki },
    ...changes,
  };
}

async function authority(name: string, { notAfter }: { readonly notAfter?: Date }): Promise<SpaceAuthority> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const newKeys = () => webcrypto.subtle.generateKey(rsa, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
  const [rootKeys, middleKeys, leafKeys] = await Promise.all([newKeys(), newKeys(), newKeys()]);
  const dates = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2036-01-01T00:00:00Z") };
  const isAuthority = [new x509.BasicConstraintsExtension(true, undefined, true)];
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name} Root CA`,
    keys: rootKeys,
    signingAlgorithm: rsa,
    serialNumber: "01",
    extensions: isAuthority,
    ...dates,
  });
  const issue = (
    subject: string,
    keys: CryptoKeyPair,
    issuer: x509.X509Certificate,
    by: CryptoKeyPair,
    leaf: boolean,
  ) =>
    x509.X509CertificateGenerator.create({
      subject: `CN=${name} ${subject}`,
      issuer: issuer.subjectName,
      publicKey: keys.publicKey,
      signingKey: by.privateKey,
      signingAlgorithm: rsa,
      serialNumber: leaf ? "03" : "02",
      extensions: leaf ? [new x509.BasicConstraintsExtension(false, undefined, true)] : isAuthority,
      ...dates,
      ...(leaf && notAfter && { notAfter }),
    });
  const middle = await issue("Intermediate CA", middleKeys, root, rootKeys, false);
  const leaf = await issue("Leaf Certificate", leafKeys, middle, middleKeys, true);
  return {
    root: root.toString("pem"),
    x5c: [leaf, middle, root].map((certificate) => Buffer.from(certificate.rawData).toString("base64")),
    leafKey: KeyObject.from(leafKeys.privateKey),
    intermediateKey: KeyObject.from(middleKeys.privateKey),
  };
}
