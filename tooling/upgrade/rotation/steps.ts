import type { Progress } from "../progress";

/** What is rotated apart from releases: the key that signs them, or the key broker's certificate. */
export type RotationKind = "signer" | "tls";

export interface RotationPlan {
  readonly formatVersion: 1;
  readonly kind: RotationKind;
  readonly title: string;
  readonly owner: string;
  readonly providers: readonly string[];
}

export interface RotationStep {
  readonly id: string;
  readonly party: string;
  readonly provider?: string;
  readonly does: string;
  readonly after: string;
  readonly mends?: boolean;
}

/**
 * Which of the two counts at a moment. A signer's: whose signatures readers take. A certificate's: which the key broker
 * shows. `both` while readers take either, or replicas show either.
 */
export type Counting = "former" | "both" | "next";

function forward({ kind, owner, providers }: RotationPlan): RotationStep[] {
  return kind === "tls"
    ? [
        {
          id: "make",
          party: owner,
          does: "have the CA that guests know issue a certificate for a new key",
          after: "the key broker shows the former one",
        },
        {
          id: "admit",
          party: owner,
          does: "roll the key broker with it",
          after: "every replica shows the next one; guests know its CA",
        },
        {
          id: "retire",
          party: owner,
          does: "destroy the former key",
          after: "no replica, Secret or file holds the former key",
        },
      ]
    : [
        { id: "make", party: owner, does: "make the next signer's key", after: "nobody takes its signatures yet" },
        { id: "trust", party: owner, does: "take signatures of either key", after: "the owner's stack takes either" },
        ...providers.map((name) => ({
          id: `trust:${name}`,
          party: name,
          provider: name,
          does: "take signatures of either key",
          after: `${name} takes either`,
        })),
        {
          id: "sign",
          party: owner,
          does: "have every release in force signed by the next key, too",
          after: "each carries both signatures",
        },
        ...providers.map((name) => ({
          id: `handover:${name}`,
          party: owner,
          provider: name,
          does: `hand the signed files to ${name}, and to data owners`,
          after: "the same",
        })),
        ...providers.map((name) => ({
          id: `retire:${name}`,
          party: name,
          provider: name,
          does: "take the former key's signatures no longer",
          after: `${name} refuses what the former key alone signed`,
        })),
        {
          id: "retire",
          party: owner,
          does: "take the former key's signatures no longer, and destroy it",
          after: "nobody takes what the former key alone signed",
        },
      ];
}

/** The way back, from whatever was begun. */
function back(plan: RotationPlan, begun: readonly string[]): RotationStep[] {
  const { kind, owner, providers } = plan;
  const has = (id: string) => begun.includes(id);
  if (!has("make")) return [];
  if (kind === "tls")
    return [
      ...(has("admit")
        ? [
            {
              id: "back:admit",
              party: owner,
              does: "roll the key broker with the former certificate",
              after: "every replica shows the former one",
              mends: true,
            },
          ]
        : []),
      { id: "back:make", party: owner, does: "destroy the next key", after: "as before" },
    ];
  return [
    // Documents keep both signatures: one that nobody asks for does no harm.
    ...(has("trust")
      ? [
          {
            id: "back:trust",
            party: owner,
            does: "take the former key's signatures alone",
            after: "as before",
            mends: true,
          },
        ]
      : []),
    ...providers
      .filter((name) => has(`trust:${name}`))
      .map((name) => ({
        id: `back:trust:${name}`,
        party: name,
        provider: name,
        does: "take the former key's signatures alone",
        after: "as before",
        mends: true,
      })),
    { id: "back:make", party: owner, does: "destroy the next key", after: "as before" },
  ];
}

export function rotationSteps(plan: RotationPlan, progress: Progress): RotationStep[] {
  const begun = progress.done.filter((id) => !id.startsWith("back:")).map((id) => id.replace(/^cut:/, ""));
  return progress.direction === "forward" ? forward(plan) : back(plan, begun);
}

export function nextRotationStep(plan: RotationPlan, progress: Progress): RotationStep | undefined {
  return rotationSteps(plan, progress).find(({ id }) => !progress.done.includes(id));
}

/** Whether it can still be turned back: what is destroyed does not come back. */
export function canTurnBack({ done, underWay }: Progress): boolean {
  return ![...done, underWay ?? ""].some((id) => id === "retire" || id === "cut:retire");
}

/** Of one reader or of the key broker, by the steps that changed it last: the owner's have no provider. */
export function counting(progress: Progress, kind: RotationKind, provider?: string): Counting {
  const of = (name: string) => (provider === undefined ? name : `${name}:${provider}`);
  const [opens, closes, undoes] =
    kind === "tls" ? ["admit", "admit", "back:admit"] : [of("trust"), of("retire"), `back:${of("trust")}`];
  const state = (id: string): "done" | "cut" | undefined =>
    progress.done.includes(id)
      ? "done"
      : progress.underWay === id || progress.done.includes(`cut:${id}`)
        ? "cut"
        : undefined;
  if (state(undoes) === "done") return "former";
  if (state(closes) === "done" && state(undoes) === undefined) return "next";
  return state(opens) === undefined ? "former" : "both";
}
