import type { MachineVerdict } from "../../../components/verdict/machineVerdict";
import { printableJson } from "../../ui";
import { exitCodeOf, machineVerdictDocument } from "../outcome";
import type { JudgingOptions } from "../readerOptions";
import { verdictScreen } from "../screen";
import type { Verification } from "../verify";

/** What both commands are told beside their evidence. */
export interface MachineOptions extends JudgingOptions {
  readonly expect: string;
  readonly nonce?: string;
  readonly json: boolean;
  readonly all: boolean;
}

/** A machine's verdict as the command prints it, and how it ends. */
export function told(
  verdict: MachineVerdict,
  { json, all }: Pick<MachineOptions, "json" | "all">,
  url?: string,
): Verification {
  const text = json
    ? printableJson(machineVerdictDocument(verdict, url))
    : verdictScreen(verdict, { ...(url !== undefined && { url }), all });
  return { text, exitCode: exitCodeOf(verdict) };
}
