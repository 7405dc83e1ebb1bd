import { X509Certificate } from "node:crypto";
import { CompactSign, compactVerify, decodeProtectedHeader } from "jose";
import type { TestCertificate } from "./authority";
import { chainProblem } from "../../components/verdict/evidence/chain";

/** Something that a SIMULATED vendor publishes, signed: a JWS that brings its certificates. */
export async function signStatement(payload: unknown, signer: TestCertificate): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({
      alg: "ES384",
      x5c: signer.chain.map((pem) => new X509Certificate(pem).raw.toString("base64")),
    })
    .sign(signer.privateKey);
}

export interface OpenedStatement<T> {
  readonly payload: T;
  /** Whether the signer's certificates lead to the root. */
  readonly chainValid: boolean;
  readonly signatureValid: boolean;
}

/** Opens a statement and says what holds of it. The payload of one that does not hold is for reports alone. */
export async function openStatement<T>(text: string, root: string, now: Date): Promise<OpenedStatement<T>> {
  const { x5c = [] } = decodeProtectedHeader(text);
  const chain = x5c.map((der) => new X509Certificate(Buffer.from(der, "base64")).toString());
  const [leaf] = chain;
  const signatureValid =
    leaf !== undefined &&
    (await compactVerify(text, new X509Certificate(leaf).publicKey, { algorithms: ["ES384"] }).then(
      () => true,
      () => false,
    ));
  const payload = JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString("utf8")) as T;
  return { payload, chainValid: chainProblem(chain, root, now) === undefined, signatureValid };
}
