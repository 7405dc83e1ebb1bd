import { join } from "node:path";
import type { Account } from "../clouds/cloud";
import { accountVariable, cloudPlugins, kubernetesStandIn } from "../clouds/plugins";
import { fingerprint } from "./compareViolations";
import type { EngineSays } from "./engineSays";
import { listenTo } from "./engineSays";
import { isSimulatedCloud } from "./simulated";
import type { ThrowAwayArgs } from "./throwAwayStack";
import { throwAwayStack } from "./throwAwayStack";

export interface PreviewArgs extends Omit<ThrowAwayArgs, "stackName" | "plugins" | "variables"> {
  readonly policyPack: string;
  /** Whose account stand-ins for clouds pretend to be in. */
  readonly account: Account;
  /** Whether charts come from registries: the real Kubernetes provider would fetch them. */
  readonly fetchesCharts: boolean;
  /** Whether nothing but a cloud's resources belongs to the stack, so that `up` can be played through as well. */
  readonly alsoUp: boolean;
}

/**
 * Previews one stack by the real engine and the real Kubernetes provider, against an empty state and no cluster, or by a
 * stand-in that takes objects as they are where the real one would fetch charts. Clouds are stood in for, SIMULATED; there `up` is played through, too, so that rules see values that no preview knows.
 */
export async function preview({
  policyPack,
  account,
  fetchesCharts,
  alsoUp,
  ...args
}: PreviewArgs): Promise<EngineSays> {
  const stack = await throwAwayStack({
    ...args,
    directory: join(args.directory, "stack"),
    stackName: "review",
    plugins: {
      ...cloudPlugins(join(args.directory, "clouds")),
      ...(fetchesCharts && kubernetesStandIn(join(args.directory, "kubernetes"))),
    },
    variables: { [accountVariable]: JSON.stringify(account) },
  });
  const options = { policyPacks: [policyPack], color: "never" as const };
  const previewed = await heardOf((onEvent) => stack.preview({ ...options, onEvent }));
  return alsoUp && isPlayable(previewed)
    ? together(previewed, await heardOf((onEvent) => stack.up({ ...options, onEvent })))
    : previewed;
}

async function heardOf(start: (onEvent: ReturnType<typeof listenTo>["onEvent"]) => Promise<unknown>) {
  const heard = listenTo();
  try {
    await start(heard.onEvent);
    return heard.said();
  } catch (error) {
    return stoppedBy(heard.said(), error);
  }
}

/** Nothing that would reach anybody: what is no component of ours is a simulated cloud's. */
function isPlayable({ refusals, violations, resources }: EngineSays): boolean {
  return (
    refusals.length === 0 &&
    !violations.some(({ level }) => level === "mandatory") &&
    resources.some(({ type }) => isSimulatedCloud(type)) &&
    resources.every(({ type }) => isSimulatedCloud(type) || type.startsWith("trustfoundry:"))
  );
}

/** What either run said; an `up` that stopped has not seen all that the preview saw. */
export function together(previewed: EngineSays, played: EngineSays): EngineSays {
  const merged = <T>(lists: readonly (readonly T[])[], key: (item: T) => string) => [
    ...new Map(lists.flat().map((item) => [key(item), item])).values(),
  ];
  const whole = played.refusals.length === 0 && !played.violations.some(({ level }) => level === "mandatory");
  const place = ({ type, name }: { readonly type: string; readonly name: string }) => `${type} ${name}`;
  return {
    refusals: played.refusals,
    violations: merged([previewed.violations, played.violations], fingerprint),
    notYetKnown: whole ? played.notYetKnown : merged([previewed.notYetKnown, played.notYetKnown], JSON.stringify),
    exceptionUses: merged([previewed.exceptionUses, played.exceptionUses], JSON.stringify),
    resources: merged([previewed.resources, played.resources], place),
  };
}

/** A preview that stopped says why: violations, or refusals of the program. Anything else is no judgement. */
export function stoppedBy(said: EngineSays, error: unknown): EngineSays {
  const refused = said.violations.some(({ level }) => level === "mandatory");
  if (refused || said.refusals.length > 0) return said;
  const message = error instanceof Error ? error.message : String(error);
  const sentences = [...message.matchAll(/^\s*error: (.+)$/gm)].map(([, sentence = ""]) => sentence);
  return { ...said, refusals: [...new Set(sentences.length > 0 ? sentences : [message])] };
}
