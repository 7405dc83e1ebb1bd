/**
 * What a data owner asks beyond the claims of the architecture (`claims.ts`), which are about a guest: whether this is
 * the one that answers, now. No rule of a policy pack guards these, since no object in a cluster decides them.
 */
export const guestClaims = {
  "release-authentic": {
    says: "The release is the one that the parties' keys signed, unchanged, for this factory, and valid now",
    limit: "who holds the keys of the signer policy; branches of a forked history that the reader does not see",
  },
  "evidence-fresh": {
    says: "The evidence was made for this question, after it was asked",
    limit: "what happens to the guest after it answered",
  },
  "channel-ends-in-guest": {
    says: "The connection that prompts go through ends inside the guest that the evidence is about",
    limit: "what the program behind it does with a prompt, or with its TLS key; a key that the image lets others know",
  },
} as const;

export type GuestClaimId = keyof typeof guestClaims;
