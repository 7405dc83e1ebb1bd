import { documentDigest } from "./document";
import { verifyHistory } from "./history";
import { readPayload } from "./payload";
import { readDocument } from "./reading";
import type { DocumentReading } from "./reading";
import type { Release } from "./schema";
import { examineSignatures } from "./signatures";
import { missingSigners } from "./signerCount";
import type { SignerPolicy } from "./signers";

export interface ReleaseFile {
  /** How messages name it. */
  readonly file: string;
  readonly text: string;
}

export interface HistoryEntry {
  readonly release: Release;
  readonly digest: string;
  /** Policy's names of the keys that count today; for a former release there may be none, as the chain vouches for it. */
  readonly signedBy: readonly string[];
  /** Why it was revoked. */
  readonly revoked?: string;
}

export type HistoryAudit = { readonly entries: readonly HistoryEntry[] } | { readonly problems: readonly string[] };

type Opened = ReleaseFile & DocumentReading & { readonly release: Release };

/** Opens all documents of a name and orders them, without asking who signed them. Problems are full sentences. */
export function openHistory(
  files: readonly ReleaseFile[],
): { readonly opened: readonly Opened[] } | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const opened: Opened[] = [];
  for (const { file, text } of files) {
    const reading = readDocument(text);
    const content = "refusal" in reading ? reading : readPayload(reading.document);
    if ("refusal" in reading) problems.push(`${file} ${reading.refusal}.`);
    else if ("refusal" in content) problems.push(`${file} ${content.refusal}.`);
    else opened.push({ file, text, ...reading, ...content });
  }
  if (problems.length > 0) return { problems };
  const chain = verifyHistory(opened.map(({ release }) => release));
  if ("problem" in chain) return { problems: [`The history has a fault: ${chain.problem}.`] };
  return { opened: [...opened].sort((a, b) => a.release.history.sequence - b.release.history.sequence) };
}

/**
 * Every release of a name that ever could read a prompt, the first one first. The newest needs today's signatures; they
 * cover the former ones through the chain, whose own keys may have retired since. Expired and revoked releases are listed
 * all the same.
 */
export async function auditHistory(
  files: readonly ReleaseFile[],
  policy: SignerPolicy,
  now: Date,
): Promise<HistoryAudit> {
  const reading = openHistory(files);
  if ("problems" in reading) return reading;
  const { opened } = reading;
  const problems: string[] = [];
  const entries: HistoryEntry[] = [];
  for (const [index, { file, document, headers, release }] of opened.entries()) {
    const findings = await examineSignatures(document, headers, policy, now);
    const digest = documentDigest(document);
    const changed = findings.find(({ status }) => status === "invalid");
    if (changed)
      problems.push(
        `${file} has a signature of ${changed.signer?.name ?? changed.kid} that does not fit its content; fetch it again.`,
      );
    else if (index === opened.length - 1)
      problems.push(...missingSigners(findings, policy).map((missing) => `${file} ${missing}.`));
    const revoked = policy.revokedReleases?.find((entry) => entry.digest === digest)?.reason;
    entries.push({
      release,
      digest,
      signedBy: findings.flatMap(({ status, signer }) => (status === "counts" && signer ? [signer.name] : [])),
      ...(revoked !== undefined && { revoked }),
    });
  }
  return problems.length > 0 ? { problems } : { entries };
}
