import type { ClaimId } from "../../components/verdict/claims";
import { claimOf } from "../../components/verdict/claims";
import { ownerMeanings } from "./meaningsOwner";
import { providerMeanings } from "./meaningsProvider";
import type { Finding, Happening, Party, Severity } from "./types";

/** What a change of some kind of object, or of some of its fields, opens. */
export interface Meaning {
  readonly kind: RegExp;
  /** Of the object's name; default any. */
  readonly name?: RegExp;
  /** Of the field's path; default any. */
  readonly path?: RegExp;
  readonly changes?: readonly Happening[];
  readonly severity: Severity;
  /** What it is about: whether evidence shows it, or the key broker refuses it, is read off the claim. */
  readonly claim: ClaimId;
  /** One sentence: what becomes possible, and what still holds. */
  readonly means: string;
}

export interface Subject {
  readonly role: Party;
  readonly kind: string;
  readonly name: string;
  readonly path: string;
  readonly change: Happening;
}

/** Nothing of ours is changed without somebody meaning something by it. */
const fallback: Readonly<Record<Party, Omit<Meaning, "kind">>> = {
  modelOwner: {
    severity: "medium",
    claim: "key-broker-closed",
    means: "an object of the model owner's cluster is not as it was applied, and nobody has said what that opens",
  },
  infrastructureProvider: {
    severity: "low",
    claim: "host-prepared",
    means: "an object of the provider's cluster is not as it was applied; guests still have to show what they are",
  },
};

const tables: Readonly<Record<Party, readonly Meaning[]>> = {
  modelOwner: ownerMeanings,
  infrastructureProvider: providerMeanings,
};

/** The first row that fits; a table's last rows are its widest. */
export function meaningOf(subject: Subject): Pick<Finding, "severity" | "claim" | "means" | "stands"> {
  const { severity, claim, means } = tables[subject.role].find((row) => fits(row, subject)) ?? fallback[subject.role];
  return { severity, claim, means, stands: standing(subject.role, claim) };
}

function fits({ kind, name, path, changes }: Meaning, subject: Subject): boolean {
  return (
    kind.test(subject.kind) &&
    (name?.test(subject.name) ?? true) &&
    (path?.test(subject.path) ?? true) &&
    (changes?.includes(subject.change) ?? true)
  );
}

/**
 * Whoever changes the model owner's cluster changes who gets keys. Of the provider's cluster nothing is trusted: what is
 * measured or compared by the key broker holds whatever is edited there.
 */
function standing(role: Party, id: ClaimId): Finding["stands"] {
  const { measured, keyBroker } = claimOf(id);
  const decides = id === "key-broker-closed" || measured !== undefined || keyBroker !== undefined;
  return role === "modelOwner" && decides ? "trust boundary" : "guard rail";
}
