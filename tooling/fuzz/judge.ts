import { ConfigurationError } from "../../stacks/config/errors";
import { parseConfig, sectionsOf } from "../../stacks/config/load";
import { UserError } from "../ui";
import type { CorpusMaterial } from "./material";
import type { Mutant } from "./mutate";
import { rendered } from "./render";
import { secretMarker } from "./values";

/** More than a screen of text helps nobody. */
const longestMessage = 25 * 1300;
/** Characters that a terminal obeys or does not show, but for the ends of lines. */
const unreadable = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

export interface Judgement {
  readonly outcome: "accepted" | "refused";
  /** What is wrong with the answer; nothing where it is one that a user can work with. */
  readonly faults: readonly string[];
  /** Of a refusal, its message. */
  readonly message?: string;
}

/**
 * What the program answers to a configuration: it is accepted, and what follows from it is the same each time; or it is
 * refused by one message for people. Anything else is a fault.
 */
export function judge(answer: () => string, { marked }: { readonly marked: boolean }): Judgement {
  try {
    const first = answer();
    return { outcome: "accepted", faults: first === answer() ? [] : ["is rendered in two ways"] };
  } catch (error) {
    return { outcome: "refused", ...messageFaults(error, marked) };
  }
}

/** A mutant as the program of its stack reads it; the engine hands structures over as JSON, and the rest as text. */
export function answerTo({ sections }: Mutant, material: CorpusMaterial, handedOver: boolean): () => string {
  const read = () => (handedOver ? sectionsOf(asHandedOver(sections)) : sections);
  return () => rendered(parseConfig(read()), material);
}

function asHandedOver(sections: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sections).flatMap(([key, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return text === undefined ? [] : [[`trustfoundry:${key}`, text]];
    }),
  );
}

function messageFaults(error: unknown, marked: boolean): Pick<Judgement, "faults" | "message"> {
  if (!(error instanceof ConfigurationError) && !(error instanceof UserError)) {
    const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
    return {
      message,
      faults: [`ends as ${name}: ${message.slice(0, 300)}\n${stack.split("\n").slice(1, 6).join("\n")}`],
    };
  }
  const { message } = error;
  const faults: string[] = [];
  if (message.length > longestMessage) faults.push(`says ${message.length} characters`);
  if (unreadable.test(message)) faults.push("says characters that a terminal obeys");
  if (/^ +at .*:\d+/m.test(message)) faults.push("shows a stack trace");
  if (marked && message.includes(secretMarker)) faults.push("repeats a secret");
  if (error instanceof ConfigurationError)
    for (const problem of error.problems)
      if (!/^(trustfoundry:|[\w./-]+\.yaml)/.test(problem)) faults.push(`names no place: ${problem.slice(0, 200)}`);
  return { message, faults };
}

declare global {
  interface Object {
    readonly polluted?: unknown;
  }
}

/** Whether something that was read has become a part of every object. */
export function polluted(): boolean {
  return {}.polluted !== undefined;
}
