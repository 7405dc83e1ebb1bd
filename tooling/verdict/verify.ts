import { readFileSync } from "node:fs";
import type { Verdict } from "../../components/verdict/verdict";
import { EvidenceError } from "../../components/verdict/evidence/reader";
import { readNamed, sizeOf } from "../files";
import { printable, printableJson, UserError } from "../ui";
import { askGuest, evidencePath, noncePattern } from "./askGuest";
import type { EvidenceDocument } from "./evidenceDocument";
import { mostDocumentBytes, parseEvidenceDocument } from "./evidenceDocument";
import { guestAddress } from "./guestAddress";
import { GuestConnection } from "./guestConnection";
import { NoAnswer } from "./noAnswer";
import { exitCodeOf, exitCodes, verdictDocument, verdictSchema } from "./outcome";
import type { Reader, Seen } from "./reader";
import { judgeSeen, ReleaseRefused } from "./reader";
import { readerOf } from "./readerFiles";
import type { ReaderOptions } from "./readerOptions";
import { simulatedBanner, verdictScreen } from "./screen";

export interface VerifyOptions extends ReaderOptions {
  readonly evidence?: string;
  readonly nonce?: string;
  readonly token?: string;
  readonly timeout: number;
  readonly json: boolean;
  readonly all: boolean;
}

export interface Verification {
  readonly text: string;
  readonly exitCode: number;
}

/** What `verify` prints, and how it ends. UserError for mistakes in options and in the reader's own files. */
export async function verify(
  url: string | undefined,
  options: VerifyOptions,
  signal: AbortSignal,
  now: () => Date = () => new Date(),
): Promise<Verification> {
  refuseUnclear(url, options);
  const reader = readerOf(options);
  const recorded = recordedOf(options);
  try {
    const seen = { ...recorded, ...(url !== undefined && (await ask(url, options, signal))) };
    return told(await judgeSeen(reader, seen, now()), url, options, seen);
  } catch (error) {
    if (error instanceof NoAnswer) return withoutVerdict([error.message], url, options, reader);
    if (error instanceof ReleaseRefused)
      return withoutVerdict(
        error.refusals.map((refusal) => `${options.release}: ${refusal}`),
        url,
        options,
        reader,
      );
    throw error;
  }
}

/** Asks the guest over a connection of its own. */
async function ask(url: string, { timeout }: VerifyOptions, signal: AbortSignal): Promise<Seen> {
  const address = guestAddress(url);
  const connection = await GuestConnection.open(address, timeout * 1000, signal);
  try {
    return await askGuest(connection, address.origin, timeout * 1000, signal);
  } finally {
    connection.close();
  }
}

function refuseUnclear(url: string | undefined, { evidence, nonce, token, tokenKey }: VerifyOptions): void {
  if (url !== undefined) guestAddress(url);
  if (url !== undefined && evidence !== undefined)
    throw new UserError("Give either a URL or --evidence: a guest that is asked gives evidence of its own.");
  if (url === undefined && evidence === undefined && token === undefined)
    throw new UserError("There is nothing to verify; name the guest's URL, or --evidence <file>, or --token <file>.");
  if (nonce !== undefined && (evidence === undefined || !noncePattern.test(nonce)))
    throw new UserError("--nonce is for --evidence: the 43 characters (32 bytes as base64url) that it was asked with.");
  if (token !== undefined && tokenKey === undefined)
    throw new UserError("--token needs --token-key <file>: whose tokens count is not for the token to say.");
}

/** What the reader has in files. */
function recordedOf({ evidence, nonce, token }: VerifyOptions): Seen {
  return {
    ...(evidence !== undefined && { document: recordedDocument(evidence) }),
    ...(nonce !== undefined && { nonce }),
    ...(token !== undefined && { token: readNamed(token, "an attestation token").trim() }),
  };
}

export function recordedDocument(path: string): EvidenceDocument {
  sizeOf(path, "an evidence document", mostDocumentBytes);
  try {
    return parseEvidenceDocument(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof EvidenceError)
      throw new UserError(`${path} is no evidence document: ${printable(error.message)}.`);
    throw error;
  }
}

function told(verdict: Verdict, url: string | undefined, options: VerifyOptions, seen: Seen): Verification {
  const { json, all } = options;
  const text = json
    ? printableJson(verdictDocument(verdict, url))
    : verdictScreen(verdict, { ...(url && { url }), all, hints: hintsOf(verdict, url, options, seen) });
  return { text, exitCode: exitCodeOf(verdict) };
}

/** What the reader can mend, where the verdict alone would not tell. */
function hintsOf({ standing }: Verdict, url: string | undefined, { collateral }: VerifyOptions, seen: Seen): string[] {
  const silent = url !== undefined && seen.document === undefined;
  const unchecked = standing.some(({ grade }) => grade === "notChecked");
  return [
    ...(silent ? [`The guest gives no evidence of its own: it answers 404 at ${evidencePath}.`] : []),
    ...(unchecked && collateral === undefined && !silent
      ? ["No vendors' documents were given: `collateral fetch` gets them, and --collateral <folder> names them."]
      : []),
  ];
}

/** There is nothing to judge: the guest gave no answer, or the release is none to act upon. */
export function withoutVerdict(
  reasons: readonly string[],
  url: string | undefined,
  { json }: Pick<VerifyOptions, "json">,
  { roots }: Pick<Reader, "roots">,
  schema: string = verdictSchema,
): Verification {
  const { failed: exitCode } = exitCodes;
  const errors = reasons.map((reason) => printable(reason, 1000));
  const document = { schema, exitCode, ...(url !== undefined && { url }), simulated: roots.simulated };
  if (json) return { text: printableJson({ ...document, overall: "failed", accepted: false, errors }), exitCode };
  const banner = roots.simulated ? [simulatedBanner, ""] : [];
  return {
    text: [...banner, ...errors.map((reason) => `✗ ${reason}`), "✗ Verdict: FAILED. Send no prompt."].join("\n"),
    exitCode,
  };
}
