import { X509Certificate } from "node:crypto";
import type { ExamineContext } from "../context";
import { rawCertificate } from "../evidence/certificate";
import { EvidenceError } from "../evidence/reader";
import type { CollateralUse, Findings, VerdictClaimId } from "../finding";
import type { DeviceKind } from "./device";
import type { Gap } from "./gap";
import type { Selection } from "./manifests";
import type { OcspAnswer, OcspStatus } from "./ocspAnswer";
import { parseOcsp } from "./ocspAnswer";

/** An OCSP answer that the reader supplied, parsed once; undefined where it cannot be. */
export interface SuppliedAnswer {
  readonly source: string;
  readonly answer?: OcspAnswer;
}

export function suppliedAnswers({ collateral }: ExamineContext): SuppliedAnswer[] {
  return collateral
    .filter(({ kind }) => kind === "nvidia-ocsp")
    .map(({ source, bytes }) => {
      try {
        return { source, answer: parseOcsp(bytes) };
      } catch (error) {
        if (!(error instanceof EvidenceError)) throw error;
        return { source };
      }
    });
}

const claim: VerdictClaimId = "gpu-genuine";

export interface RevocationResult {
  readonly gaps: readonly Gap[];
  readonly uses: readonly CollateralUse[];
}

/** A certificate and those above it, nearest first, the pinned root last. */
export interface Link {
  readonly certificate: string;
  readonly issuers: readonly string[];
}

/**
 * The certificates whose issuer answers for them. Of a device's chain not the first: the chip issues it to its own firmware.
 */
export function answerable(chain: readonly string[], root: string, from: 0 | 1): Link[] {
  const raw = (pem: string) => rawCertificate(pem, "certificate of a chain");
  const anchor = raw(root);
  const all = [...chain.filter((pem) => !raw(pem).equals(anchor)), root];
  return all.slice(from, -1).map((certificate, index) => ({ certificate, issuers: all.slice(from + index + 1) }));
}

/** Whether NVIDIA has revoked a certificate of a device, or of its manifests' signers, by the OCSP answers that were given. */
export function examineRevocation(
  kind: DeviceKind,
  chain: readonly string[],
  manifests: readonly Selection["good"][number][],
  answers: readonly SuppliedAnswer[],
  context: ExamineContext,
  found: Findings,
): RevocationResult {
  const { nvidia, nvidiaManifests } = context.roots;
  const device = examineLinks(answerable(chain, nvidia, 1), answers, context);
  const signers = manifests
    .flatMap(({ signed }) => answerable(signed.chain, nvidiaManifests, 0))
    .filter(({ certificate }, index, all) => all.findIndex((other) => other.certificate === certificate) === index);
  const results = [
    {
      ...device,
      check: `${kind}-revocation`,
      what: "the device's certificates",
      said: "the service asked whether its certificates were revoked: they were not",
    },
    ...(manifests.length > 0
      ? [
          {
            ...examineLinks(signers, answers, context),
            check: `${kind}-manifest-revocation`,
            what: "the certificates of its manifests' signers",
            said: "the service asked whether its manifests' signers were revoked: they were not",
          },
        ]
      : []),
  ];
  const gaps = results.flatMap(({ check, what, said, bad, open, of }): Gap[] => {
    if (bad !== undefined) found.failed(check, claim, `${what}: ${bad}`);
    else if (open === undefined)
      found.verified(check, claim, `NVIDIA answered that none of ${of} certificates is revoked`);
    else
      return [
        {
          check,
          claim,
          because: `${what} may have been revoked: ${open}`,
          said: ({ certificatesGood, manifestsGood }) =>
            (check.includes("manifest") ? manifestsGood : certificatesGood) ? said : undefined,
        },
      ];
    return [];
  });
  return { gaps, uses: results.flatMap(({ uses }) => uses) };
}

interface LinksResult {
  /** What failed. */
  readonly bad?: string;
  /** Why nothing can be said. */
  readonly open?: string;
  readonly of: number;
  readonly uses: readonly CollateralUse[];
}

function examineLinks(
  links: readonly Link[],
  answers: readonly SuppliedAnswer[],
  { now }: ExamineContext,
): LinksResult {
  const each = links.map((link) => ({ link, ...answerOf(link, answers, now) }));
  const uses = each.flatMap(({ use }) => (use ? [use] : []));
  const bad = each.find(({ status }) => status !== undefined && status.status !== "good");
  const open = each.find(({ status, stale }) => status === undefined || stale);
  return {
    of: links.length,
    uses,
    ...(bad && { bad: `${nameOf(bad.link.certificate)} is ${bad.status?.status}` }),
    ...(open && {
      open:
        open.status?.nextUpdate !== undefined && open.stale
          ? `the answer about ${nameOf(open.link.certificate)} counted until ${open.status.nextUpdate.toISOString()}`
          : `${open.problem ?? `no OCSP answer about ${nameOf(open.link.certificate)} was given`}; get one from http://ocsp.ndis.nvidia.com`,
    }),
  };
}

interface LinkAnswer {
  readonly status?: OcspStatus;
  readonly stale?: boolean;
  readonly problem?: string;
  readonly use?: CollateralUse;
}

/** Answers that cannot be believed count as none: anybody can make one. Of several, a bad one counts, then the newest. */
function answerOf({ certificate, issuers }: Link, answers: readonly SuppliedAnswer[], now: Date): LinkAnswer {
  const believed: (LinkAnswer & { readonly status: OcspStatus })[] = [];
  let problem: string | undefined;
  for (const { source, answer } of answers) {
    const status = answer?.statusOf(certificate, issuers[0] ?? "");
    if (!answer || !status) continue;
    const why = answer.problem(issuers, now);
    if (why !== undefined) problem = `${source}: ${why}`;
    else believed.push({ status, stale: isStale(status, now), use: useOf(certificate, source, status) });
  }
  const newest = believed.sort((a, b) => b.status.thisUpdate.getTime() - a.status.thisUpdate.getTime());
  return (
    newest.find(({ status }) => status.status !== "good") ?? newest[0] ?? (problem === undefined ? {} : { problem })
  );
}

const skewMilliseconds = 5 * 60_000;
/** An answer without an end counts this long. */
const unboundedMilliseconds = 24 * 3_600_000;

function isStale({ thisUpdate, nextUpdate }: OcspStatus, now: Date): boolean {
  const end = nextUpdate?.getTime() ?? thisUpdate.getTime() + unboundedMilliseconds;
  return now.getTime() > end || thisUpdate.getTime() > now.getTime() + skewMilliseconds;
}

function useOf(certificate: string, source: string, { thisUpdate, nextUpdate }: OcspStatus): CollateralUse {
  return {
    title: `NVIDIA's OCSP answer about ${nameOf(certificate)}`,
    source,
    issued: thisUpdate,
    ...(nextUpdate && { nextUpdate }),
    leavesOpen: `revocations after ${thisUpdate.toISOString().slice(0, 10)}`,
  };
}

function nameOf(certificate: string): string {
  const { subject } = new X509Certificate(certificate);
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? subject;
}
