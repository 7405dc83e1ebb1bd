import { z } from "zod";
import type { Release } from "../components/workload/release";
import { signerPolicySchema } from "../components/workload/release/signers";
import { timeSchema } from "../components/workload/release/time";
import { verifyRelease } from "../components/workload/release/verify";
import type { VerifiedRelease } from "../components/workload/release/verify";
import { nameSchema } from "../stacks/config/common";

/** What a release is checked against before anything of it is placed. */
export const trusted = {
  factory: nameSchema.describe("name of this factory; releases of another one are refused"),
  modelOwner: nameSchema.describe("the party that owns the weights; releases of another one are refused"),
  signers: signerPolicySchema.describe("whose signatures a release needs: public keys by party"),
};

export const documentSchema = z
  .string()
  .min(1)
  .describe("content of a signed release's file, as the model owner handed it over");

interface Trusted {
  readonly factory: string;
  readonly modelOwner: string;
  readonly signers: z.infer<typeof signerPolicySchema>;
  readonly simulated: boolean;
}

export type Checked = VerifiedRelease | { readonly problems: readonly string[] };

/** A release that is as it was signed, by whom it has to be; all that is wrong with it otherwise. */
export async function checkedRelease(text: string, here: string, trust: Trusted, now: Date): Promise<Checked> {
  const { factory, modelOwner: owner, signers, simulated } = trust;
  const outcome = await verifyRelease(text, { signers, factory, owner, simulated, now });
  return "refusals" in outcome ? { problems: outcome.refusals.map((refusal) => `${here}: ${refusal}`) } : outcome;
}

export interface Admitted extends VerifiedRelease {
  readonly until?: string | undefined;
}

export const admittedSchema = z
  .array(
    z.strictObject({
      document: documentSchema,
      until: timeSchema
        .optional()
        .describe(
          "rollover: until when guests of a former release get keys beside its successor, YYYY-MM-DDTHH:MM:SSZ",
        ),
    }),
  )
  .default([])
  .describe("signed releases whose guests may be given keys, and no others");

/** One current release a name, and beside it at most the one that it follows. */
export function historyProblems(releases: readonly Admitted[]): string[] {
  return releases.flatMap(({ release, until, digest }, index) => {
    const others = releases
      .filter((_, other) => other !== index)
      .map((other) => ({ ...other, ...idOf(other.release) }));
    const named = others.filter(({ name }) => name === release.name);
    const here = `releases[${index}] (${release.name})`;
    if (until === undefined)
      return named.some((other) => other.until === undefined)
        ? [`${here}: is not the only current release of its name; say until when the former one counts`]
        : [];
    return named.some((other) => other.until === undefined && other.previous === digest)
      ? []
      : [`${here}: has an end, but the release that follows it is not beside it; add that one, or remove until`];
  });
}

const idOf = ({ name, history: { previous } }: Release) => ({ name, previous });
