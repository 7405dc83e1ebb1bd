import type { Presented, PresentedPart } from "../../presented";
import type { KeySubject, Link, Outcome } from "../../outcome";
import { skipped } from "../../outcome";
import type { PolicyBlock, Snapshot } from "../../snapshot";
import { wantedOf } from "./wanted";

type Claims = Readonly<Record<string, unknown>>;

/** A link about what a guest showed: skipped where nothing was given, for nobody asked then. */
export function ofPresented(
  check: (presented: Presented, snapshot: Snapshot, subject: KeySubject) => Outcome,
): Link<KeySubject>["check"] {
  return (snapshot, subject) => {
    const found = snapshot.presented.find(({ release }) => release === subject.release);
    return found
      ? check(found, snapshot, subject)
      : skipped(`no token and no evidence of a guest of ${subject.release} was given (--token, --evidence)`);
  };
}

/** The same, compared with what the release wants. */
export function compared(
  check: (wanted: PolicyBlock, presented: Presented, snapshot: Snapshot, subject: KeySubject) => Outcome,
) {
  return ofPresented((presented, snapshot, subject) => {
    if (presented.refused !== undefined) return skipped("the evidence was refused before anything of it was compared");
    const wanted = wantedOf(snapshot, subject);
    return wanted
      ? check(wanted, presented, snapshot, subject)
      : skipped("neither the release's file nor the model owner's cluster says what it should show");
  });
}

export const cpuClaims = ({ parts }: Presented): Claims => parts.cpu0?.claims ?? {};

/** The claims of SEV-SNP, of TDX's quote, or none. */
export function teeClaims(presented: Presented, tee: string): Claims | undefined {
  return record(cpuClaims(presented)[tee]);
}

/** TDX's registers lie two levels down. */
export function tdxBody(presented: Presented): Claims | undefined {
  return record(record(teeClaims(presented, "tdx")?.quote)?.body);
}

export function partsOf(
  { parts }: Presented,
  kind: "gpu" | "switch",
): [name: string, part: PresentedPart, claims: Claims][] {
  return Object.entries(parts)
    .filter(([name]) => name.startsWith(kind))
    .map(([name, part]) => [name, part, record(part.claims.nvidia) ?? {}]);
}

export function record(value: unknown): Claims | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
}
