import type { KeyObject } from "node:crypto";
import { createHash, createPublicKey, verify } from "node:crypto";
import type { TdxQuote } from "./tdxQuote";

/**
 * What is wrong with a quote's signatures under a PCK certificate's key, or undefined. The chain of three: the PCK's key
 * signed the quoting enclave's report, which names the attestation key, which signed the quote.
 */
export function tdxSignatureProblem(quote: TdxQuote, pckKey: KeyObject): string | undefined {
  const { quotingEnclave, attestationKey, signed, signature } = quote;
  if (pckKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") return "the PCK certificate's key is not P-256";
  if (!holds(pckKey, quotingEnclave.report, quotingEnclave.signature))
    return "the PCK certificate's key did not sign the quoting enclave's report";
  const named = createHash("sha256").update(attestationKey).update(quotingEnclave.authenticationData).digest();
  if (!quotingEnclave.reportData.equals(Buffer.concat([named, Buffer.alloc(32)])))
    return "the quoting enclave's report does not name the attestation key";
  const key = publicKeyOf(attestationKey);
  if (!key || !holds(key, signed, signature)) return "the attestation key did not sign the quote";
  return undefined;
}

function holds(key: KeyObject, content: Buffer, signature: Buffer): boolean {
  return verify("sha256", content, { key, dsaEncoding: "ieee-p1363" }, signature);
}

/** Undefined where the bytes are no point on the curve. */
function publicKeyOf(point: Buffer): KeyObject | undefined {
  const [x, y] = [point.subarray(0, 32), point.subarray(32)].map((half) => half.toString("base64url"));
  try {
    return createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  } catch {
    return undefined;
  }
}
