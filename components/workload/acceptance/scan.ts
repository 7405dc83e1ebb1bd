import { z } from "zod";
import { visible } from "../release/visible";
import type { Attested } from "./attested";
import type { Severity } from "./vulnerabilities";
import { isWorse, vulnerabilitiesOf } from "./vulnerabilities";

export interface ScanDemand {
  /** How old the scan, and the vulnerability database that it used, may be; days. */
  readonly maximumAgeDays: number;
  /** The worst severity of a finding that is accepted. With `critical` findings are not looked at. */
  readonly worstSeverity: Severity;
}

/** Predicates that record a vulnerability scan: cosign's (`--type vuln`) and in-toto's. */
export const scanTypes: readonly string[] = [
  "https://cosign.sigstore.dev/attestation/vuln/v1",
  "https://in-toto.io/attestation/vulns/v0.1",
  "https://in-toto.io/attestation/vulns/v0.2",
];

const dayMilliseconds = 86_400_000;
/** Clocks of scanner and reader may differ by this much. */
const skewMilliseconds = 5 * 60_000;

const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/)
  .transform((text, context) => {
    const milliseconds = Date.parse(text);
    if (!Number.isNaN(milliseconds)) return milliseconds;
    context.addIssue({ code: "custom", message: "is no point in time" });
    return z.NEVER;
  });
const scanner = z.object({ db: z.object({ lastUpdate: time.optional() }).optional(), result: z.unknown() });
const scanSchema = z
  .object({
    metadata: z.object({ scanFinishedOn: time }),
    // cosign's specification has a list where cosign itself writes one.
    scanner: scanner.optional(),
    scanners: z.array(scanner).optional(),
  })
  .transform(({ metadata, scanner: one, scanners = [] }) => ({
    ...metadata,
    scanners: one ? [one, ...scanners] : scanners,
  }))
  .refine(({ scanners }) => scanners.length > 0, { path: ["scanner"] });

/**
 * What speaks against a scan; undefined where nothing does. The formats have no verdict of their own: judged are the age
 * of scan and database and the severities of what was found, never whether the scanner knew what to look for.
 */
export function scanProblem(
  predicate: unknown,
  { maximumAgeDays, worstSeverity }: ScanDemand,
  now: Date,
): string | undefined {
  const result = scanSchema.safeParse(predicate);
  if (!result.success)
    return `is no scan record (${result.error.issues[0]?.path.join(".") || "the whole"} is missing or of another form)`;
  const { scanFinishedOn, scanners } = result.data;
  const oldest = now.getTime() - maximumAgeDays * dayMilliseconds;
  if (scanFinishedOn > now.getTime() + skewMilliseconds)
    return `says that it was made at ${day(scanFinishedOn)}, which is yet to come`;
  if (scanFinishedOn < oldest)
    return `was made at ${day(scanFinishedOn)}, more than ${maximumAgeDays} days ago; scan the image again`;
  for (const { db, result: report } of scanners) {
    if (db?.lastUpdate !== undefined && db.lastUpdate < oldest)
      return `used a vulnerability database of ${day(db.lastUpdate)}, more than ${maximumAgeDays} days old; update it and scan again`;
    const problem = worstSeverity === "critical" ? undefined : findingsProblem(report, worstSeverity);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Of several scans the one that was finished last; where none says when, all of them, for the reasons. */
export function newestScans(scans: readonly Attested[]): readonly Attested[] {
  let newest: { readonly scan: Attested; readonly finished: number } | undefined;
  for (const scan of scans) {
    const read = scanSchema.safeParse(scan.statement.predicate);
    if (read.success && (!newest || read.data.scanFinishedOn > newest.finished))
      newest = { scan, finished: read.data.scanFinishedOn };
  }
  return newest ? [newest.scan] : scans;
}

function findingsProblem(report: unknown, accepted: Severity): string | undefined {
  const found = vulnerabilitiesOf(report);
  if (!found)
    return "holds a report whose findings cannot be read (Trivy's, Grype's and in-toto's can); scan with one of these, or accept worstSeverity critical";
  const worse = found.filter(({ severity }) => isWorse(severity, accepted));
  if (worse.length === 0) return undefined;
  const shown = worse.slice(0, 3).map(({ id, severity }) => `${visible(id.slice(0, 40))} (${severity})`);
  return `found ${worse.length} worse than ${accepted}: ${shown.join(", ")}${worse.length > 3 ? ", …" : ""}; mend the image, or have its findings rated anew`;
}

function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
