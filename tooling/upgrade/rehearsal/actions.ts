/** What can be asked of a procedure. */
export const actions = ["plan", "apply", "status", "resume", "rollback"] as const;
export type Action = (typeof actions)[number];

/** What is rotated in a rehearsal. */
export const rotations = ["model-key", "serving-key", "signer", "tls"] as const;
export type Rotation = (typeof rotations)[number];
