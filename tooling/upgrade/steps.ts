import type { Side, UpgradePlan } from "./plan";
import { rolling } from "./plan";

export type StepKind = "release" | "admit" | "hosts" | "handover" | "workloads" | "prove" | "retire" | "tidy";

/** One thing that one party does. It can be done again from its beginning, whatever was left of it. */
export interface Step {
  /** `workloads:northern-metal`; on the way back with `back:` in front. */
  readonly id: string;
  readonly kind: StepKind;
  /** What the step brings about: the next releases, or on the way back what was before. */
  readonly towards: Side;
  readonly party: string;
  readonly provider?: string;
  /** What is done, in words. */
  readonly does: string;
  /** What has to hold before it, and after it. */
  readonly before: string;
  readonly after: string;
  /** How to go back from here. */
  readonly back: string;
  /** On the way back: whether it lets guests of before in again, so that it is done even where they have no key now. */
  readonly mends?: boolean;
}

/** The way to the next releases. */
export function forwardSteps(plan: UpgradePlan): Step[] {
  const { owner, providers } = plan;
  const next = { towards: "next" } as const;
  const names = rolling(plan).map(({ name }) => name);
  const guests = names.length > 0 ? names.join(", ") : "no model";
  return [
    {
      ...next,
      id: "release",
      kind: "release",
      party: owner,
      does: `create the next releases of ${plan.models.map(({ name }) => name).join(", ")}, and have them signed`,
      before: "guests of the releases in force get their keys, those of the next ones none",
      after: "the same: a signed file lets nobody in",
      back: "a later release with what was declared before; numbers are never used twice",
    },
    {
      ...next,
      id: "admit",
      kind: "admit",
      party: owner,
      does: `roll the key broker with both releases of ${guests}: reference values, then attestation policies, then resource policy${plan.keyBroker.length > 0 ? ` (${plan.keyBroker.join(", ")})` : ""}`,
      before: "as above",
      after: `every replica of the key broker gives keys to guests of both, until ${plan.until} to the former ones`,
      back: "roll it with the former declarations beside the next ones",
    },
    ...providers.flatMap((provider): Step[] => [
      ...(provider.hosts.length > 0 ? [hostsStep(provider.name, provider.hosts)] : []),
      {
        ...next,
        id: `handover:${provider.name}`,
        kind: "handover",
        party: owner,
        provider: provider.name,
        does: `hand the signed files to ${provider.name}, and to data owners`,
        before: "the key broker knows the next guests",
        after: "the same",
        back: "hand over the later release with what was before",
      },
      {
        ...next,
        id: `workloads:${provider.name}`,
        kind: "workloads",
        party: provider.name,
        provider: provider.name,
        does: `place the next releases: ${provider.rollouts.join("; ") || "nothing rolls"}`,
        before: "the key broker gives keys to guests of both, so that whichever starts gets its own",
        after: "no pod of the former releases is left",
        back: "place what was before; pods that were not replaced yet stay",
      },
      {
        ...next,
        id: `prove:${provider.name}`,
        kind: "prove",
        party: provider.name,
        provider: provider.name,
        does: "see that every replica runs, and attests as the next release",
        before: "as above",
        after: "every replica would be given the next release's keys, and needs no other",
        back: "as for the step before",
      },
    ]),
    {
      ...next,
      id: "retire",
      kind: "retire",
      party: owner,
      does: "roll the key broker with the next releases alone",
      before: "no replica anywhere is a guest of the former releases",
      after: "guests of the next releases get their keys, those of the former ones none",
      back: "roll it with what was before beside the next ones, then as for the steps before",
    },
    ...providers
      .filter(({ tidy }) => tidy.length > 0)
      .map(({ name, tidy }): Step => ({
        ...next,
        id: `tidy:${name}`,
        kind: "tidy",
        party: name,
        provider: name,
        does: tidy.join("; "),
        before: "as above",
        after: "the same",
        back: "as for the steps before",
      })),
  ];
}

function hostsStep(provider: string, what: readonly string[]): Step {
  return {
    id: `hosts:${provider}`,
    kind: "hosts",
    towards: "next",
    party: provider,
    provider,
    does: `change the hosts: ${what.join("; ")}. Guests that run go on as they are`,
    before: "the key broker gives keys to guests of both: from here on, a guest that starts again is one of the next",
    after: "the same",
    back: "change the hosts back, while both are still let in",
  };
}

/** The way back from however far the way there was begun: the same road, with what was before in place of what is next. */
export function backSteps(plan: UpgradePlan, begun: readonly string[]): Step[] {
  const has = (id: string) => begun.includes(id);
  if (!has("release")) return [];
  const forward = new Map(forwardSteps(plan).map((step) => [step.id, step]));
  const back = (id: string, does: string, after: string, kind?: StepKind): Step[] => {
    const step = forward.get(id);
    return step
      ? [
          {
            ...step,
            kind: kind ?? step.kind,
            mends: step.kind === "release" || step.kind === "admit",
            id: `back:${id}`,
            towards: "former",
            does,
            after,
            before: "as above",
            back: "resume, then upgrade again",
          },
        ]
      : [];
  };
  const reached = [...plan.providers].reverse().filter(({ name }) => has(`handover:${name}`));
  return [
    ...back("release", "create later releases with what was declared before, and have them signed", "as before"),
    ...back(
      "admit",
      has("admit")
        ? "roll the key broker with what was before beside the next releases"
        : "roll the key broker with what was before alone",
      "guests of before get their keys from every replica",
      // The next releases were never let in, and are not now.
      has("admit") ? "admit" : "retire",
    ),
    ...[...plan.providers]
      .reverse()
      .flatMap(({ name }) =>
        has(`hosts:${name}`)
          ? back(
              `hosts:${name}`,
              "change the hosts back; guests that run go on as they are",
              "a guest that starts again is one of before",
            )
          : [],
      ),
    ...reached.flatMap(({ name }) => [
      ...back(`handover:${name}`, `hand the later files to ${name}, and to data owners`, "as before"),
      ...back(
        `workloads:${name}`,
        "place what was before; pods that were not replaced yet stay",
        "no pod of the next releases is left",
      ),
      ...back(
        `prove:${name}`,
        "see that every replica runs, and attests as before",
        "every replica is a guest of before",
      ),
    ]),
    ...(has("admit")
      ? back(
          "retire",
          "roll the key broker with what was before alone",
          "guests of before get their keys, those of the next releases none",
        )
      : []),
  ];
}
