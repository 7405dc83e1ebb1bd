import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { checkKbsConfiguration } from "../../../components/attestation/configuration/check";
import type { IntelTrustAuthority } from "../../../components/attestation/intelTrustAuthority";
import {
  intelRegionNames,
  serviceProblems,
  serviceWarnings,
} from "../../../components/attestation/intelTrustAuthority";
import { trusteeConfiguration } from "../../../components/attestation/kbsConfiguration";
import { sampleNode } from "../../support/nodes";
import { sampleRelease, tdxParts } from "../../support/release";
import { aws, vault } from "./configuration/keyStores";

const policyIds = ["8500E95A-58da-4b8a-a585-274730576d31", "5d1e5a3c-2f0b-4d51-9a6e-0c6a6f5a7f10"];
const intel: IntelTrustAuthority = { kind: "intelTrustAuthority", region: "eu", policyIds };
const tdx = sampleRelease(tdxParts);

describe("Intel Trust Authority", () => {
  it("judges TDX guests with GPUs", () => {
    expect(serviceProblems(intel, [tdx])).toEqual([]);
    expect(serviceWarnings(intel).join()).toMatch(/Intel verifies the evidence in your stead/);
  });

  it.each([
    [
      "SEV-SNP",
      serviceProblems(intel, [sampleRelease()]),
      /takes no SEV-SNP evidence, and release llama-8b is for snp/,
    ],
    [
      "NVSwitches",
      serviceProblems(intel, [sampleRelease({ ...tdxParts, gpu: { model: "H100", count: 8, nvSwitches: 4 } })]),
      /no evidence of NVSwitches.*release llama-8b takes 4/,
    ],
    ["nodes", serviceProblems(intel, [], [sampleNode()]), /not supported for nodes, and node aks-ncc is one/],
    ["no policy", serviceProblems({ ...intel, policyIds: [] }, [tdx]), /service\.policyIds: are none/],
    ["CPUs by name", serviceProblems(intel, [tdx], [], { accepted: { chips: ["a"], verifier: "remote" } }), /^chips: /],
    [
      "Trustee's own GPU verifier",
      serviceProblems(intel, [tdx], [], { accepted: { verifier: "local" } }),
      /^nvidiaVer/,
    ],
    ["AMD's certificates", serviceProblems(intel, [tdx], [], { vcekCache: {} }), /^vcekCache: is for SEV-SNP/],
    ["a source of collateral", serviceProblems(intel, [tdx], [], { collateralService: {} }), /^collateralService: /],
    ["a key store its image lacks", serviceProblems(intel, [tdx], [], { keyStore: vault }), /built without vault/],
  ])("is refused for %s", (_, problems, message) => {
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  it("takes an image of one's own with a key store", () => {
    expect(serviceProblems(intel, [tdx], [], { keyStore: aws })).toEqual([]);
  });

  it("is no matter where Trustee's own service judges", () => {
    expect(serviceProblems({ kind: "coco" }, [sampleRelease()], [], { collateralService: {} })).toEqual([]);
    expect(serviceWarnings({ kind: "coco" })).toEqual([]);
  });
});

describe("the key broker's configuration for it", () => {
  const args = { trusteeVersion: "v0.21.0", namespace: "trustee", nvidiaVerifier: "remote", tees: ["tdx"] } as const;
  const kbs = (region: IntelTrustAuthority["region"]) =>
    trusteeConfiguration({ ...args, service: { ...intel, region } }, { intelApiKey: "CANARY" }).kbs;

  it("is of one region throughout, names its policies and takes nothing that matches none", () => {
    expect(parse(kbs("eu"))).toMatchObject({
      attestation_token: {
        trusted_jwk_sets: ["https://portal.eu.trustauthority.intel.com"],
        insecure_header_jwk: false,
      },
      attestation_service: {
        type: "intel_ta",
        base_url: "https://api.eu.trustauthority.intel.com",
        certs_file: "https://portal.eu.trustauthority.intel.com",
        api_key: "CANARY",
        policy_ids: ["5d1e5a3c-2f0b-4d51-9a6e-0c6a6f5a7f10", "8500e95a-58da-4b8a-a585-274730576d31"],
        allow_unmatched_policy: false,
        timeout: 5,
      },
    });
  });

  it.each(intelRegionNames)("is what Trustee's own check takes, in %s", (region) => {
    expect(checkKbsConfiguration(kbs(region))).toEqual([]);
  });

  it("is shown without the key, and made with it alone", () => {
    expect(trusteeConfiguration({ ...args, service: intel }).kbs).toContain("(in a Secret)");
    expect(() => trusteeConfiguration({ ...args, service: intel }, {})).toThrow(
      /secrets\.intelTrustAuthority\.apiKey is missing/,
    );
  });
});
