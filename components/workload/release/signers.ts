import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../../names";
import { readPublicKey } from "./keys";
import { timeSchema } from "./time";

const signerKeySchema = z.strictObject({
  /** Who holds the key, in words for people: `Acme release officer`. */
  name: z.string().min(1).max(100),
  /** PEM (SPKI) of an Ed25519, P-256 or P-384 key. */
  publicKey: z.string().superRefine((pem, ctx) => {
    const reading = readPublicKey(pem);
    if ("problem" in reading) ctx.addIssue({ code: "custom", message: reading.problem });
  }),
  /** Until when the key's signatures count, for rotation: releases signed by it alone have to be signed anew before. */
  notAfter: timeSchema.optional(),
  /** Why the key's signatures count no more, whenever they were made: nobody can tell when a stolen key signed. */
  revoked: z.string().min(1).optional(),
});

const partySchema = z
  .strictObject({
    /** How many of the keys have to sign. */
    threshold: z.int().min(1),
    keys: z.array(signerKeySchema).min(1).max(32),
  })
  .superRefine(({ threshold, keys }, ctx) => {
    const usable = keys.filter(({ revoked }) => revoked === undefined).length;
    if (threshold > usable)
      ctx.addIssue({
        code: "custom",
        path: ["threshold"],
        message: `is more than the ${usable} keys that are not revoked, so that no release could ever be valid; add keys, or lower it`,
      });
  });

/**
 * Whose signatures make a release valid, as each party writes it down for itself: N of the model owner's keys and, where
 * the data owner wants a say, M of its own. It is obtained and kept by its reader, and never travels with releases.
 */
export const signerPolicySchema = z
  .strictObject({
    modelOwner: partySchema,
    /** Where named, no release counts that the data owner has not signed as well. */
    dataOwner: partySchema.optional(),
    /** Releases that are no longer to be placed, by digest, whoever signed them. */
    revokedReleases: z
      .array(
        z.strictObject({
          digest: z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hex digits, as `release show` prints them"),
          reason: z.string().min(1),
        }),
      )
      .optional(),
  })
  .superRefine((policy, ctx) => {
    // N of M means N different keys, and no party signs for another.
    const seen = new Map<string, string>();
    const names = new Set<string>();
    for (const party of signingParties)
      policy[party]?.keys.forEach(({ publicKey, name }, index) => {
        const reading = readPublicKey(publicKey);
        if ("problem" in reading) return;
        const identity = identityOf(reading.key);
        const other = seen.get(identity);
        if (other !== undefined)
          ctx.addIssue({
            code: "custom",
            path: [party, "keys", index, "publicKey"],
            message: `is the key of ${other} again; each signer needs a key of its own`,
          });
        if (names.has(name))
          ctx.addIssue({
            code: "custom",
            path: [party, "keys", index, "name"],
            message: "is the name of another key as well; name each key differently",
          });
        seen.set(identity, `${party}.keys.${index}`);
        names.add(name);
      });
  });

export const signingParties = ["modelOwner", "dataOwner"] as const;
export type SigningParty = (typeof signingParties)[number];

export type SignerPolicy = z.infer<typeof signerPolicySchema>;
export type SignerKey = z.infer<typeof signerKeySchema>;

/** By the key itself: an elliptic curve's point has two encodings in SPKI. */
function identityOf(key: KeyObject): string {
  return canonicalJson(key.export({ format: "jwk" }));
}

/** A policy out of a file's content; problems as full sentences. */
export function readSignerPolicy(
  content: unknown,
): { readonly policy: SignerPolicy } | { readonly problems: readonly string[] } {
  const result = signerPolicySchema.safeParse(content);
  if (result.success) return { policy: result.data };
  return {
    problems: result.error.issues.map(({ code, path, message }) => {
      const here = path.length > 0 ? path.join(".") : "the whole";
      return `The signer policy is not right at ${here}: ${code === "custom" ? `it ${message}` : message}.`;
    }),
  };
}
