/** The protocol's steps, in order. */
export const steps = ["auth", "keys", "evidence", "verification", "appraisal", "token", "policy", "key"] as const;
export type StepName = (typeof steps)[number];

/** Somebody of the protocol says no: at which step, and which check it was. */
export class Refusal extends Error {
  constructor(
    readonly step: StepName,
    message: string,
  ) {
    super(message);
    this.name = "Refusal";
  }
}

/** Demands something of a message; says what was missing where it does not hold. */
export function demand(holds: boolean, step: StepName, message: string): asserts holds {
  if (!holds) throw new Refusal(step, message);
}
