/** What was sealed does not open, or is not what was agreed upon. Never contains key material. */
export class SealingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SealingError";
  }
}
