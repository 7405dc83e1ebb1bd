import { createPublicKey } from "node:crypto";
import { z } from "zod";
import { sha256 } from "../names";
import { kbsResourcePath } from "./kbsResource";
import { SealingError } from "./sealingError";

/**
 * The public key that only an attested guest of the release can answer for, since its private half is a resource of the
 * key broker that no other guest is given: a client that meets it in TLS talks to such a guest.
 */
export const servingKeySchema = z
  .strictObject({
    /** SubjectPublicKeyInfo of a P-256 key, base64 of DER. */
    spki: z.string(),
    /** SHA-256 of that DER, lower-case hex: how clients pin it. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "32 bytes as lower-case hex"),
    /** Where the private half (PKCS#8) is kept, repository/type/tag. */
    resource: kbsResourcePath,
  })
  .superRefine(({ spki, sha256: digest }, context) => {
    const der = p256Der(spki);
    if (!der) context.addIssue({ code: "custom", path: ["spki"], message: "no P-256 public key, base64 of its DER" });
    else if (sha256(der) !== digest)
      context.addIssue({ code: "custom", path: ["sha256"], message: `not the digest of the key, ${sha256(der)}` });
  });

export type ServingKey = z.infer<typeof servingKeySchema>;

/** From a PEM public key (`trustfoundry serving-key new`). */
export function servingKeyOf(publicPem: string, resource: string): ServingKey {
  // Node would derive the public key from a private one, which must not come near a release.
  if (publicPem.includes("PRIVATE KEY"))
    throw new SealingError("serving key: this is a private key; name the file with its public half");
  let der: Buffer;
  try {
    der = createPublicKey(publicPem).export({ type: "spki", format: "der" });
  } catch {
    throw new SealingError("serving key: no PEM public key; make one with `trustfoundry serving-key new`");
  }
  const result = servingKeySchema.safeParse({ spki: der.toString("base64"), sha256: sha256(der), resource });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new SealingError(`serving key: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

/** The DER bytes of a P-256 key in exactly the spelling that every encoder writes; undefined for anything else. */
function p256Der(spki: string): Buffer | undefined {
  const der = Buffer.from(spki, "base64");
  try {
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    const canonical = key.export({ type: "spki", format: "der" });
    const isP256 = key.asymmetricKeyDetails?.namedCurve === "prime256v1";
    return isP256 && canonical.toString("base64") === spki ? canonical : undefined;
  } catch {
    return undefined;
  }
}
