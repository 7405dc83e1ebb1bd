/** Why a digest could not be read. */
export type Obstacle =
  /** Nobody answers, or not in time. */
  | "unreachable"
  /** The registry has no such thing. */
  | "absent"
  /** The registry shows it to its customers alone. */
  | "denied"
  /** The answer is not what it should be, and is not believed. */
  | "unbelievable";

export class Unreadable extends Error {
  constructor(
    readonly obstacle: Obstacle,
    readonly host: string,
    message: string,
  ) {
    super(message);
    this.name = "Unreadable";
  }
}
