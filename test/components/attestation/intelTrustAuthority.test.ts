import { describe, expect, it } from "vitest";
import { serviceProblems } from "../../../components/attestation/intelTrustAuthority";
import { sampleRelease, tdxParts } from "../../support/release";

const intel = {
  kind: "intelTrustAuthority",
  baseUrl: "https://api.trustauthority.intel.com",
  policyIds: ["00000000-0000-4000-8000-000000000000"],
  allowUnmatchedPolicy: false,
} as const;

describe("Intel Trust Authority", () => {
  it("is refused for releases with GPUs, which its token does not tell apart for Trustee", () => {
    expect(serviceProblems(intel, [sampleRelease(tdxParts)])).toEqual([
      expect.stringMatching(/not supported for releases with GPUs.*holds release llama-8b to 1 H100 one by one/),
    ]);
  });

  it("is refused for SEV-SNP, whose evidence Trustee does not pass on to it", () => {
    expect(serviceProblems(intel, [sampleRelease()]).join("\n")).toMatch(/takes no SEV-SNP evidence/);
  });

  it("is no matter where Trustee's own service judges", () => {
    expect(serviceProblems({ kind: "coco" }, [sampleRelease()])).toEqual([]);
  });
});
