import { z } from "zod";

/** What `npm audit --json` writes, as far as it is read here (npm 11, audit report version 2). */
const auditSchema = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(
    z.string(),
    z.object({ severity: z.enum(["info", "low", "moderate", "high", "critical"]), range: z.string() }),
  ),
});

export type Audit =
  | { readonly kind: "clean" }
  | { readonly kind: "vulnerable"; readonly lines: readonly string[] }
  /** Nobody answered: nothing is known, which is not the same as clean. */
  | { readonly kind: "unknown"; readonly why: string };

/** `npm audit` ends with 1 both for a vulnerability and where no registry answers; only its report tells them apart. */
export function readAudit(stdout: string, stderr: string): Audit {
  const report = parsedJson(stdout);
  const parsed = auditSchema.safeParse(report);
  if (!parsed.success) {
    const { message } = (report ?? {}) as { message?: unknown };
    return { kind: "unknown", why: typeof message === "string" ? firstLine(message) : firstLine(stderr) };
  }
  const lines = Object.entries(parsed.data.vulnerabilities)
    .map(([name, { severity, range }]) => `${severity}: ${name} ${range}`)
    .sort();
  return lines.length === 0 ? { kind: "clean" } : { kind: "vulnerable", lines };
}

const packageSchema = z.object({ name: z.string(), version: z.string() });
/** `npm audit signatures --json` (npm 11, lib/utils/verify-signatures.js), which fails where it had nothing to verify. */
const signaturesSchema = z.object({ invalid: z.array(packageSchema), missing: z.array(packageSchema) });

export function readSignatures(stdout: string, stderr: string): Audit {
  const parsed = signaturesSchema.safeParse(parsedJson(stdout));
  if (!parsed.success) return { kind: "unknown", why: firstLine(stderr || stdout) };
  const { invalid, missing } = parsed.data;
  const lines = [
    ...invalid.map(({ name, version }) => `invalid signature or attestation: ${name} ${version}`),
    ...missing.map(({ name, version }) => `no signature, from a registry that signs: ${name} ${version}`),
  ].sort();
  return lines.length === 0 ? { kind: "clean" } : { kind: "vulnerable", lines };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const firstLine = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.replace(/^npm (error|warn) (audit )?/, "").trim())
    .find((line) => line !== "") ?? "npm gave no reason";
