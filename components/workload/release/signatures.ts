import { flattenedVerify } from "jose";
import type { ReleaseDocument } from "./document";
import { algorithmOf, keyId, readPublicKey } from "./keys";
import type { SignatureHeader } from "./reading";
import type { SignerKey, SignerPolicy, SigningParty } from "./signers";
import { signingParties } from "./signers";

export interface SignatureFinding {
  readonly kid: string;
  /** `counts`, or why it does not. An `invalid` one was made by nobody: the document was changed. */
  readonly status: "counts" | "retired" | "revoked" | "unknown" | "invalid";
  /** The policy's key; undefined where the policy has none of that id. */
  readonly signer?: SignerKey & { readonly party: SigningParty };
}

/** Who signed the payload's bytes, as a policy sees it at a point in time. Nothing of the payload is interpreted. */
export async function examineSignatures(
  document: ReleaseDocument,
  headers: readonly SignatureHeader[],
  policy: SignerPolicy,
  now: Date,
): Promise<SignatureFinding[]> {
  const known = await keysById(policy);
  return Promise.all(
    headers.map(async ({ kid, alg }, index): Promise<SignatureFinding> => {
      const entry = known.get(kid);
      const signature = document.signatures[index];
      if (!entry || !signature) return { kid, status: "unknown" };
      const { key, signer } = entry;
      // Invalid before revoked: whatever a key is worth, its signature has to be one.
      if (alg !== algorithmOf(key)) return { kid, status: "invalid", signer };
      try {
        await flattenedVerify({ payload: document.payload, ...signature }, key, { algorithms: [alg] });
      } catch {
        return { kid, status: "invalid", signer };
      }
      const retired = signer.notAfter !== undefined && now.getTime() > Date.parse(signer.notAfter);
      return { kid, status: signer.revoked !== undefined ? "revoked" : retired ? "retired" : "counts", signer };
    }),
  );
}

async function keysById(policy: SignerPolicy) {
  const entries = signingParties.flatMap((party) => (policy[party]?.keys ?? []).map((key) => ({ ...key, party })));
  return new Map(
    await Promise.all(
      entries.map(async (signer) => {
        const reading = readPublicKey(signer.publicKey);
        if ("problem" in reading) throw new Error(`signer ${signer.name}: publicKey ${reading.problem}`);
        return [await keyId(reading.key), { key: reading.key, signer }] as const;
      }),
    ),
  );
}
