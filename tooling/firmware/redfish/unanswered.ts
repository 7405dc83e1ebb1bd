import { FirmwareError } from "../target";

/**
 * Why there is no answer: `unknown`, the request may have had its effect; `unsent`, nobody took the connection; `hopeless`,
 * nothing was sent, and trying again does not help.
 */
export type Silence = "unknown" | "unsent" | "hopeless";

/** No answer, or no whole one. */
export class Unanswered extends FirmwareError {
  constructor(
    message: string,
    hint: string,
    readonly silence: Silence,
  ) {
    super(message, hint);
  }
}
