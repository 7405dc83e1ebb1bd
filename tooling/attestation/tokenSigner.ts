import { X509Certificate } from "node:crypto";
import { decodeProtectedHeader, jwtVerify, SignJWT } from "jose";
import type { JWK, JWTPayload } from "jose";
import type { TestCertificate } from "./authority";
import { demand, Refusal } from "./refusal";

const issuer = "CoCo-Attestation-Service";

/** Signs an attestation token as Trustee does: ES256, with the signer's certificate in the header. */
export function signToken(claims: JWTPayload, signer: TestCertificate, now: Date, minutes: number): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", typ: "JWT", jwk: headerKey(signer) })
    .setIssuer(issuer)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + minutes * 60)
    .sign(signer.privateKey);
}

/**
 * Verifies a token as a key broker with `insecure_header_jwk = false` does: a key in the header counts only where its
 * certificate is the trusted one.
 */
export async function verifyToken(token: string, trusted: string, now: Date): Promise<JWTPayload> {
  let header: ReturnType<typeof decodeProtectedHeader>;
  try {
    header = decodeProtectedHeader(token);
  } catch {
    throw new Refusal("token", "it is not a token");
  }
  const [certificate] = (header.jwk as { x5c?: string[] } | undefined)?.x5c ?? [];
  demand(
    typeof certificate === "string" && asDer(certificate).equals(derOf(trusted)),
    "token",
    "the token was signed by a key whose certificate is not trusted",
  );
  try {
    const { payload } = await jwtVerify(token, new X509Certificate(trusted).publicKey, {
      algorithms: ["ES256"],
      issuer,
      currentDate: now,
      requiredClaims: ["iat", "exp"],
    });
    return payload;
  } catch (error) {
    const code = (error as { code?: string }).code;
    throw new Refusal(
      "token",
      code === "ERR_JWT_EXPIRED"
        ? "the token has expired"
        : code === "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"
          ? "the token's signature does not hold: it was changed after it was signed"
          : `the token does not hold (${code ?? "unknown"})`,
    );
  }
}

/** Key and certificate as Trustee v0.21.0 puts them into the header (ear_token/broker.rs); older ones wrote base64url. */
function headerKey({ publicKey, certificate }: TestCertificate): JWK {
  return {
    ...(publicKey.export({ format: "jwk" }) as JWK),
    alg: "ES256",
    x5c: [derOf(certificate).toString("base64")],
  };
}

/** Of base64 as of base64url. */
function asDer(text: string): Buffer {
  return Buffer.from(text, "base64");
}

function derOf(pem: string): Buffer {
  return new X509Certificate(pem).raw;
}
