import { day } from "../day";
import type { X509Certificate } from "node:crypto";
import type { CollateralFile, CollateralKind, ExamineContext } from "../context";
import { EvidenceError } from "../evidence/reader";
import type { Checklist } from "./checklist";
import type { SignedDocument } from "./signedDocument";
import { documentSigned } from "./signedDocument";

export interface Dated {
  readonly issueDate: Date;
  readonly nextUpdate: Date;
  readonly tcbEvaluationDataNumber: number;
}

/** A document of Intel's whose signature holds. */
export interface Opened<T> {
  readonly content: T;
  /** Not beyond its next update. */
  readonly current: boolean;
  /** `of 2026-11-20, evaluation data 20` */
  readonly dated: string;
}

/** Why there is none: it is not what it should be, or there is nothing to look at. */
export interface Unopened {
  readonly grade: "failed" | "notChecked";
  readonly says: string;
}

export interface OpenArgs<T> {
  readonly kind: CollateralKind;
  /** `TCB information of FMSPC 00906ed50000` */
  readonly title: string;
  readonly read: (bytes: Uint8Array) => SignedDocument<T>;
  /** Whether the document is about this platform. */
  readonly belongs: (content: T) => boolean;
  readonly signer: X509Certificate | undefined;
  readonly fetch: string;
}

/** Opens the newest document of a kind that is about this platform, and says what its age leaves open. */
export function openDocument<T extends Dated>(
  { kind, title, read, belongs, signer, fetch }: OpenArgs<T>,
  { collateral, now }: ExamineContext,
  list: Checklist,
): Opened<T> | Unopened {
  const given = collateral.filter((file) => file.kind === kind);
  const found: { file: CollateralFile; document: SignedDocument<T> }[] = [];
  for (const file of given) {
    try {
      const document = read(file.bytes);
      if (belongs(document.content)) found.push({ file, document });
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      return { grade: "failed", says: `${file.source}: ${error.message}` };
    }
  }
  const issuedAt = ({ document }: (typeof found)[number]) => document.content.issueDate.getTime();
  const newest = found.sort((a, b) => issuedAt(b) - issuedAt(a))[0];
  if (!newest) {
    list.use({ title, source: "none", leavesOpen: "what Intel says of it" });
    const others = given.length > 0 ? `the ${given.length} given are of other platforms` : "none was given";
    return { grade: "notChecked", says: `no ${title}: ${others}; fetch ${fetch}` };
  }
  const { content } = newest.document;
  const { issueDate: issued, nextUpdate, tcbEvaluationDataNumber } = content;
  const current = now <= nextUpdate;
  const dated = `of ${day(issued)}, evaluation data ${tcbEvaluationDataNumber}`;
  const leavesOpen = current
    ? `what Intel learns after ${day(issued)}; it counts until ${day(nextUpdate)}`
    : `whatever Intel published after ${day(nextUpdate)}, when it ended`;
  list.use({ title, source: newest.file.source, issued, nextUpdate, leavesOpen });
  if (!signer) return { grade: "notChecked", says: `the ${title}: nothing shows who signed it` };
  if (!documentSigned(newest.document, signer.publicKey))
    return { grade: "failed", says: `${newest.file.source}: Intel's key for TCB information did not sign it` };
  if (issued > now)
    return { grade: "failed", says: `the ${title} is ${dated}, which is yet to come by this reader's clock` };
  return { content, current, dated };
}
