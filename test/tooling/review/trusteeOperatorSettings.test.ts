import { describe, expect, it } from "vitest";
import { compareSettings } from "../../../tooling/review/compareSettings";

const owner = (operator?: object) => ({ role: "trust", attestation: { ...(operator && { operator }) } });
const operator = { kind: "openshift/trusteeOperator", csv: "trustee-operator.v1.2.0", askAmd: true };
const found = (before: object, after: object) =>
  compareSettings(before, after).map(({ direction, text }) => `${direction} ${text}`);

describe("what a review says of who runs the key broker", () => {
  it("is that the operator keeps keys and evidence in one process", () => {
    expect(found(owner(), owner(operator))).toContainEqual(
      expect.stringMatching(/^weaker attestation\.operator\.kind: .*one process/),
    );
  });

  it("is nothing of the same settings, and a change of another version", () => {
    expect(found(owner(operator), owner(operator))).toEqual([]);
    expect(found(owner(operator), owner({ ...operator, csv: "trustee-operator.v1.2.1" }))).toEqual([
      expect.stringMatching(/^changed attestation\.operator\.csv: .*another version/),
    ]);
  });
});
