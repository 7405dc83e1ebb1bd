import type { EngineSays } from "./engineSays";
import { listenTo } from "./engineSays";
import type { ThrowAwayArgs } from "./throwAwayStack";
import { throwAwayStack } from "./throwAwayStack";

export interface PreviewArgs extends Omit<ThrowAwayArgs, "stackName" | "plugins" | "variables"> {
  readonly policyPack: string;
}

/** Previews one stack by the real engine and the real Kubernetes provider, against an empty state and no cluster. */
export async function preview({ policyPack, ...args }: PreviewArgs): Promise<EngineSays> {
  const stack = await throwAwayStack({ ...args, stackName: "review" });
  const heard = listenTo();
  try {
    await stack.preview({ onEvent: heard.onEvent, policyPacks: [policyPack], color: "never" });
    return heard.said();
  } catch (error) {
    return stoppedBy(heard.said(), error);
  }
}

/** A preview that stopped says why: violations, or refusals of the program. Anything else is no judgement. */
export function stoppedBy(said: EngineSays, error: unknown): EngineSays {
  const refused = said.violations.some(({ level }) => level === "mandatory");
  if (refused || said.refusals.length > 0) return said;
  const message = error instanceof Error ? error.message : String(error);
  const sentences = [...message.matchAll(/^\s*error: (.+)$/gm)].map(([, sentence = ""]) => sentence);
  return { ...said, refusals: [...new Set(sentences.length > 0 ? sentences : [message])] };
}
