import type { ReferenceValueName } from "./referenceValues";

/** The claim is one of a reference value's list. Without such a value the rule is undefined. */
export function isOneOf(claim: string, name: ReferenceValueName<"text">): string {
  return `${claim} in query_reference_value("${name}")`;
}

/** The claim is a number, and not lower than one of the list. To Rego every text is more than any number. */
export function isAtLeast(claim: string, name: ReferenceValueName<"version">): string {
  return `at_least(${claim}, query_reference_value("${name}"))`;
}

/** As `isAtLeast`, of a number that the verifier writes as text. */
export function isAtLeastAsText(claim: string, name: ReferenceValueName<"version">): string {
  return `at_least(number_of(${claim}), query_reference_value("${name}"))`;
}
