import type { Verdict } from "../../components/verdict/verdict";
import { printable } from "../ui";

/** Nothing may be sent, and nothing was. */
export class VerdictRefused extends Error {
  constructor(
    message: string,
    /** Where there is one. */
    readonly verdict?: Verdict,
  ) {
    super(message);
    this.name = "VerdictRefused";
  }
}

/** Why a verdict is not accepted: the first reasons, in a sentence each. */
export function refusalOf({ standing }: Pick<Verdict, "standing">): string {
  const shown = standing
    .slice(0, 3)
    .map(({ check, of, says, by }) => `${of}: ${check}: ${printable(says)}${by ? ` (asserted by ${by})` : ""}`);
  const more = standing.length > shown.length ? ` And ${standing.length - shown.length} more.` : "";
  return `The guest is not accepted. ${shown.map((line) => `${line}.`).join(" ")}${more}`;
}
