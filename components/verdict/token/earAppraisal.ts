import type { VerdictClaimId } from "../finding";
import type { Marks } from "./checklist";
import { at, shown } from "./strictJson";
import type { TrustClaims } from "./trustTiers";
import { isBetter, isStatus, statusOf, vectorProblem } from "./trustTiers";

/** What is asked of every submodule of a token, whatever it is about. */
export type AppraisalCheck =
  "ear-vector" | "ear-status" | "ear-policy" | "ear-hardware" | "ear-executables" | "ear-configuration";

export const appraisalChecks = (of: {
  readonly genuine: VerdictClaimId;
  readonly executables: VerdictClaimId;
  readonly configuration: VerdictClaimId;
}): Record<AppraisalCheck, VerdictClaimId> => ({
  "ear-vector": of.genuine,
  "ear-status": of.genuine,
  "ear-policy": of.genuine,
  "ear-hardware": of.genuine,
  "ear-executables": of.executables,
  "ear-configuration": of.configuration,
});

export const evidenceOf = (submodule: unknown): unknown => at(submodule, "ear.veraison.annotated-evidence");

/**
 * The verdict of the attestation service on one part: its status has to be affirming, and no better than its own trust
 * claims make it, which are counted again here. `earned`: trust claims that have to affirm by themselves, since one that was
 * left out counts for nothing in a status.
 */
export function examineAppraisal(
  list: Marks<AppraisalCheck>,
  submodule: unknown,
  earned: readonly ("hardware" | "executables" | "configuration")[],
): void {
  const vector = at(submodule, "ear.trustworthiness-vector");
  const status = at(submodule, "ear.status");
  const problem = vectorProblem(vector);
  if (!list.decide("ear-vector", problem === undefined, "its trust claims are well formed", `its vector ${problem}`)) {
    list.failed("ear-status", `the status ${shown(status)} rests on a vector that cannot be counted again`);
    return;
  }
  const claims = vector as TrustClaims;
  const counted = statusOf(claims);
  list.decide(
    "ear-status",
    status === "affirming" && counted === "affirming",
    "affirming, as its trust claims make it",
    isStatus(status) && isBetter(status, counted)
      ? `the status says ${status}, and its own trust claims are ${counted}`
      : `the status is ${shown(status)}, and its trust claims are ${counted}; affirming is wanted of both`,
  );
  const policy = at(submodule, "ear.appraisal-policy-id");
  list.decide(
    "ear-policy",
    policy === "default",
    "appraised by the policy that the key broker asks for",
    `appraised by the policy ${shown(policy)}; the key broker asks for "default"`,
  );
  for (const name of earned) {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
    list.decide(
      `ear-${name}`,
      value !== undefined && value !== 0 && statusOf({ [name]: value }) === "affirming",
      `${name} ${value}, which affirms`,
      `${name} is ${shown(value)}, which affirms nothing`,
    );
  }
}
