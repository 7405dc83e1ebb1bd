import type { Release } from "../../components/workload/release";
import type { EarContext } from "../../components/verdict/token/earContext";
import { expectedOf } from "../../components/verdict/question";
import type { TestCertificate } from "../../tooling/attestation/authority";
import { TestAuthority } from "../../tooling/attestation/authority";
import { genuineToken, sampleTime } from "./evidence";
import { sampleRelease, tdxParts } from "./release";
import { base64Of, ecKey, jwkOf, signedToken } from "./signedTokens";

/** Attestation tokens as Trustee signs them, SIMULATED, and what a reader of them expects. */

export const guestKey = ecKey();
export const readersNonce = Buffer.alloc(32, 7).toString("base64");
export const now = new Date((sampleTime + 30) * 1000);

export const snpRelease = sampleRelease();
export const tdxRelease = sampleRelease(tdxParts);
export const wholeHost = sampleRelease({
  gpu: { model: "H100", count: 8, nvSwitches: 4 },
  gpuClaims: { drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"], switchBios: ["96.10.6D.00.01"] },
});

const signers = TestAuthority.create("attestation service");
export const signer: Promise<TestCertificate> = signers.then((authority) =>
  authority.issue({ commonName: "SIMULATED token signer", curve: "P-256" }),
);
export const stranger: Promise<TestCertificate> = signers.then((authority) =>
  authority.issue({ commonName: "SIMULATED other signer", curve: "P-256" }),
);

/** Claims of a token about a genuine guest of the release, bound to this reader's nonce and the guest's key. */
export function earClaims(release: Release, verifier: "remote" | "local" = "remote"): Record<string, unknown> {
  const token = structuredClone(genuineToken(release, { verifier })) as unknown as {
    submods: { cpu0: { "ear.veraison.annotated-evidence": Record<string, unknown> } };
  };
  const evidence = token.submods.cpu0["ear.veraison.annotated-evidence"];
  evidence.runtime_data_claims = { nonce: readersNonce, "tee-pubkey": jwkOf(guestKey) };
  return { ...token, iss: "CoCo-Attestation-Service" };
}

export function earHeader({ publicKey, certificate }: TestCertificate): Record<string, unknown> {
  return {
    typ: "JWT",
    alg: "ES256",
    jwk: { ...publicKey.export({ format: "jwk" }), alg: "ES256", x5c: [base64Of(certificate)] },
  };
}

export async function earToken(claims: unknown): Promise<string> {
  const by = await signer;
  return signedToken(earHeader(by), claims, by.privateKey, "ES256");
}

export async function earContext(release: Release, changes: Partial<EarContext> = {}): Promise<EarContext> {
  return {
    now,
    expected: expectedOf(release, undefined),
    trust: {
      keys: [(await signer).certificate],
      signer: "the attestation service of acme-models",
      maximumAgeSeconds: 300,
    },
    nonce: { value: readersNonce },
    channelKey: guestKey.publicKey.export({ format: "der", type: "spki" }),
    ...changes,
  };
}
