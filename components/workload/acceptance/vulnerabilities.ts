import { z } from "zod";

/** From harmless to worst. */
export const severities = ["none", "low", "medium", "high", "critical"] as const;
export type Severity = (typeof severities)[number];

export interface Vulnerability {
  readonly id: string;
  readonly severity: Severity;
}

/** Words of scanners that are no severity of ours. What nobody has rated yet counts as high, neither hidden nor worst. */
const otherWords: Readonly<Record<string, Severity>> = { negligible: "low", unknown: "high", unassigned: "high" };

const trivyReport = z.object({
  SchemaVersion: z.number(),
  Results: z
    .array(
      z.object({
        Vulnerabilities: z.array(z.object({ VulnerabilityID: z.string(), Severity: z.string() })).nullish(),
      }),
    )
    .nullish(),
});
const grypeReport = z.object({
  matches: z.array(z.object({ vulnerability: z.object({ id: z.string(), severity: z.string() }) })),
});
const scored = z.object({
  id: z.string(),
  severity: z.array(z.object({ method: z.string(), score: z.string() })).min(1),
});
/** in-toto's own list; v0.1 puts each entry into an object of its own, or does not, depending on where one reads. */
const inTotoList = z.array(
  z.union([z.object({ vulnerability: scored }).transform((item) => item.vulnerability), scored]),
);

/**
 * What a scanner found, out of its own report (Trivy, Grype) or in-toto's list; undefined for a report of another form,
 * and where a severity is none that can be compared.
 */
export function vulnerabilitiesOf(report: unknown): readonly Vulnerability[] | undefined {
  const list = inTotoList.safeParse(report);
  if (list.success) return rated(list.data.map(({ id, severity }) => ({ id, scores: severity.map((s) => s.score) })));
  const trivy = trivyReport.safeParse(report);
  if (trivy.success) {
    const found = (trivy.data.Results ?? []).flatMap(({ Vulnerabilities }) => Vulnerabilities ?? []);
    return rated(found.map(({ VulnerabilityID: id, Severity }) => ({ id, scores: [Severity] })));
  }
  const grype = grypeReport.safeParse(report);
  if (!grype.success) return undefined;
  return rated(grype.data.matches.map(({ vulnerability: { id, severity } }) => ({ id, scores: [severity] })));
}

export function isWorse(a: Severity, b: Severity): boolean {
  return severities.indexOf(a) > severities.indexOf(b);
}

/** Of several ratings the worst counts. */
function rated(found: readonly { id: string; scores: readonly string[] }[]): readonly Vulnerability[] | undefined {
  const vulnerabilities: Vulnerability[] = [];
  for (const { id, scores } of found) {
    const known = scores.map(severityOf).filter((severity) => severity !== undefined);
    const worst = known.reduce<Severity | undefined>((a, b) => (a === undefined || isWorse(b, a) ? b : a), undefined);
    if (worst === undefined) return undefined;
    vulnerabilities.push({ id, severity: worst });
  }
  return vulnerabilities;
}

/** A word, or a CVSS base score by the bands of CVSS 3 and 4. */
function severityOf(score: string): Severity | undefined {
  const word = score.trim().toLowerCase();
  const known =
    severities.find((severity) => severity === word) ??
    (Object.hasOwn(otherWords, word) ? otherWords[word] : undefined);
  if (known !== undefined || !/^(10(\.0)?|\d(\.\d)?)$/.test(word)) return known;
  const points = Number(word);
  return points >= 9 ? "critical" : points >= 7 ? "high" : points >= 4 ? "medium" : points > 0 ? "low" : "none";
}
