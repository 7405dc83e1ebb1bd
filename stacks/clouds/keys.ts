/** What a cloud's own program made of the owner's keys. */
export interface CloudKeys {
  /** Outputs of the stack: addresses and names that workloads need. No secret is among them. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What people do next, outside of this program, in order. Plain sentences, commands in backquotes. */
  readonly nextSteps: readonly string[];
}
