/** What is wrong with something in a bundle's folder. */
export interface BundleFinding {
  readonly kind: "missing" | "changed" | "extra" | "refused";
  /** A path in the folder, or the name of what the lock lists. */
  readonly what: string;
  readonly says: string;
}

/** Thrown where something is not what it should be; what else there is goes on being checked. */
export class NotAsLocked extends Error {
  constructor(
    readonly kind: BundleFinding["kind"],
    message: string,
  ) {
    super(message);
  }
}
