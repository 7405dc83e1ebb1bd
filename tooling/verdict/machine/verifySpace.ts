import { judgeSpace } from "../../../components/verdict/token/judgeSpace";
import { readNamed, sizeOf } from "../../files";
import { UserError } from "../../ui";
import { mostDocumentBytes } from "../evidenceDocument";
import { guestAddress } from "../guestAddress";
import { GuestConnection } from "../guestConnection";
import { NoAnswer } from "../noAnswer";
import { machineVerdictSchema } from "../outcome";
import { judgingOf } from "../readerFiles";
import type { Verification } from "../verify";
import { withoutVerdict } from "../verify";
import { readSpaceExpectation } from "./spaceExpectation";
import type { MachineOptions } from "./told";
import { told } from "./told";

export interface VerifySpaceOptions extends MachineOptions {
  readonly token: string;
  /** Where the workload answers: the key of the connection's end is looked at, and nothing is sent. */
  readonly url?: string;
  readonly timeout: number;
}

/** What `verify-confidential-space` prints, and how it ends. UserError for mistakes in options and in the reader's own files. */
export async function verifySpace(
  options: VerifySpaceOptions,
  signal: AbortSignal,
  now: () => Date = () => new Date(),
): Promise<Verification> {
  const { url, nonce } = options;
  if (nonce !== undefined && (nonce.length < 8 || nonce.length > 88))
    throw new UserError(`--nonce has ${nonce.length} characters; Google takes 8 to 88.`);
  const judging = judgingOf(options);
  const { expected, expectation } = readSpaceExpectation(options.expect);
  const what = "a token of Google's about a Confidential Space machine";
  sizeOf(options.token, what, mostDocumentBytes);
  const token = readNamed(options.token, what).trim();
  try {
    const observedSpki = url === undefined ? undefined : await keyOf(url, options.timeout * 1000, signal);
    const verdict = await judgeSpace({
      token,
      expected,
      expectation,
      now: now(),
      ...judging,
      ...(nonce !== undefined && { nonce }),
      ...(observedSpki && { observedSpki }),
    });
    return told(verdict, options, url);
  } catch (error) {
    if (error instanceof NoAnswer) return withoutVerdict([error.message], url, options, judging, machineVerdictSchema);
    throw error;
  }
}

/** The key that the other end proves to hold. */
async function keyOf(url: string, timeoutMs: number, signal: AbortSignal): Promise<Uint8Array> {
  const connection = await GuestConnection.open(guestAddress(url), timeoutMs, signal);
  try {
    return connection.spki;
  } finally {
    connection.close();
  }
}
