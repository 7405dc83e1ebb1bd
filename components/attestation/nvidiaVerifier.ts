/**
 * Who judges GPU evidence. `remote`: NVIDIA's attestation service. `local`: Trustee itself, which compares no firmware
 * measurement with NVIDIA's manifests – an exception, for a named reason, until a day.
 */
export type VerifierChoice =
  | "remote"
  | {
      readonly kind: "local";
      /** Last day of the exception, YYYY-MM-DD (UTC). */
      readonly until: string;
      /** Why, for whoever reads the preview. */
      readonly reason: string;
    };

/** An exception is looked over at least once a year. */
const longestDays = 366;

const dayMs = 86_400_000;

export function verifierKind(verifier: VerifierChoice): "remote" | "local" {
  return verifier === "remote" ? "remote" : verifier.kind;
}

/** Why the verifier may not be used now, as sentences. Empty when it may. */
export function verifierProblems(verifier: VerifierChoice, now: Date): string[] {
  if (verifier === "remote") return [];
  const until = Date.parse(`${verifier.until}T00:00:00Z`);
  if (Number.isNaN(until)) return [`nvidiaVerifier.until: "${verifier.until}" is no day; write one such as 2027-01-31`];
  if (now.getTime() >= until + dayMs)
    return [
      `nvidiaVerifier.until: the exception ended with ${verifier.until}; write nvidiaVerifier: remote, or look the reason over and name another day`,
    ];
  if (until > now.getTime() + longestDays * dayMs)
    return [`nvidiaVerifier.until: ${verifier.until} is more than a year away; name an earlier day`];
  return [];
}

/** What a reader should hear at every preview while the exception holds. */
export function verifierWarnings(verifier: VerifierChoice): string[] {
  if (verifier === "remote") return [];
  return [
    `nvidiaVerifier: local until ${verifier.until} (${verifier.reason}): GPU firmware is not compared with NVIDIA's manifests, and a GPU in development mode passes for a production one; after that day previews are refused`,
  ];
}
