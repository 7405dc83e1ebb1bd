import type { MachineVerdict, ReadersExpectation } from "../machineVerdict";
import { machineVerdict } from "../machineVerdict";
import type { Acceptance } from "../verdict";
import { examineConfidentialSpace } from "./examineConfidentialSpace";
import type { SpaceContext } from "./spaceContext";

export interface JudgeSpaceArgs extends Omit<SpaceContext, "nonce" | "channelKey"> {
  readonly token: string;
  /** The reader's own, as he gave it to the workload. Default: none, and nothing is fresh. */
  readonly nonce?: string;
  /** SubjectPublicKeyInfo, DER, of the key that the other end of a connection proved. Default: no connection. */
  readonly observedSpki?: Uint8Array;
  readonly expectation: ReadersExpectation;
  readonly acceptance: Acceptance;
}

/** Judges a Confidential Space machine by Google's token about it and by what its reader expects. */
export async function judgeSpace(args: JudgeSpaceArgs): Promise<MachineVerdict> {
  const { token, nonce, observedSpki, expectation, acceptance, ...context } = args;
  const examination = await examineConfidentialSpace(
    { token },
    {
      ...context,
      nonce:
        nonce === undefined
          ? { unknown: "nothing was asked: a token answers any reader for an hour" }
          : { value: nonce },
      channelKey:
        observedSpki === undefined
          ? {
              unknown:
                "no connection was looked at: the token may be of another machine than the one that answers prompts; name its address, --url",
            }
          : { value: observedSpki },
    },
  );
  return machineVerdict({
    examinations: [examination],
    gpus: context.expected.gpu !== undefined,
    expectation,
    simulated: context.roots.simulated,
    now: context.now,
    acceptance,
  });
}
