import { beforeAll, describe, expect, it } from "vitest";
import type { SnpProduct } from "../../../../components/verdict/context";
import { examineSnp } from "../../../../components/verdict/snp/examineSnp";
import type { SnpCase } from "../../../support/snp/rig";
import { findingOf, lesser, now, SnpRig } from "../../../support/snp/rig";

let rig: SnpRig;
beforeAll(async () => {
  rig = await SnpRig.create();
});

const examine = async (changed: SnpCase = {}) => {
  const { evidence, context } = await rig.build(changed);
  return examineSnp(evidence, context);
};

describe("a SYNTHETIC guest that is all right", () => {
  const versions = [3, 4, 5] as const;
  const of = ["milan", "genoa"] as const satisfies readonly SnpProduct[];
  it.each(of.flatMap((product) => versions.map((version) => [product, version] as const)))(
    "of a %s, version %i, is verified in full",
    async (product, version) => {
      const mitigations = version === 5 ? { launch: 1n, current: 3n } : { launch: 0n, current: 0n };
      expect(lesser(await examine({ product, fields: { version, mitigations } }))).toEqual([]);
    },
  );

  it("of a Turin is verified but for its FMC, which releases do not name", async () => {
    const examination = await examine({ product: "turin" });
    expect(lesser(examination)).toEqual(["snp-tcb-fmc: notChecked"]);
    expect(findingOf(examination, "snp-chip-id").says).toContain("name the same chip");
  });

  it.each(["milan", "genoa", "turin"] as const)("of a %s in a cloud is verified by its VLEK", async (product) => {
    const examination = await examine({ product, cloud: "CN=cc-us-east-2.amazonaws.com" });
    expect(lesser(examination)).toEqual(product === "turin" ? ["snp-tcb-fmc: notChecked"] : []);
    expect(findingOf(examination, "snp-chip-id").says).toContain("CN=cc-us-east-2.amazonaws.com");
    expect(findingOf(examination, "snp-chain").says).toContain("through SEV-VLEK-");
  });

  it("has a finding of every check", async () => {
    const { findings, collateral } = await examine();
    expect(findings.map(({ check }) => check).sort()).toEqual([
      "snp-certified-tcb",
      "snp-chain",
      "snp-chip-id",
      "snp-host-data",
      "snp-id-block",
      "snp-measurement",
      "snp-platform",
      "snp-policy-abi",
      "snp-policy-debug",
      "snp-policy-kept",
      "snp-policy-migration",
      "snp-product",
      "snp-report-data",
      "snp-report-format",
      "snp-report-signature",
      "snp-report-version",
      "snp-revocation",
      "snp-signing-key",
      "snp-tcb-bootloader",
      "snp-tcb-committed",
      "snp-tcb-consistent",
      "snp-tcb-microcode",
      "snp-tcb-snp",
      "snp-tcb-tee",
      "snp-tee",
      "snp-vmpl",
    ]);
    expect(new Set(findings.map(({ of }) => of))).toEqual(new Set(["cpu0"]));
    expect(collateral).toMatchObject([
      { title: "AMD's certificate revocation list of Genoa", leavesOpen: "revocations after 2026-11-24" },
    ]);
  });

  it("says that roots are a rehearsal's", async () => {
    const examination = await examine({ context: { roots: { ...rig.roots, simulated: true } } });
    expect(findingOf(examination, "snp-chain").says).toMatch(/^the rehearsal's SIMULATED root/);
  });

  it("is verified with certificates of the collateral where it came with none", async () => {
    const examination = await examine({
      certificates: () => [],
      collateral: async (each, made) => [
        await each.crl("genoa"),
        each.file("amd-certificates", `${each.amd.genoa.ask}${each.amd.genoa.root}`),
        // Of another chip, and its own.
        each.file("amd-vcek", (await each.vek("genoa")).certificate),
        each.file("amd-vcek", Buffer.from(made.certificate.replace(/-----.*-----/g, ""), "base64")),
      ],
    });
    expect(lesser(examination)).toEqual([]);
    expect(examination.collateral.map(({ source }) => source)).toEqual([
      "amd-vcek.test",
      "amd-certificates.test",
      "amd-crl.test",
    ]);
  });

  it("may hide its chip's id, which its signature shows all the same", async () => {
    const examination = await examine({ fields: { chipId: "00".repeat(64) } });
    expect(lesser(examination)).toEqual([]);
    expect(findingOf(examination, "snp-chip-id").says).toContain("the host hides the chip's id");
  });

  it("may have been launched with an ID block, which is said", async () => {
    const block = { idKeyDigest: "1a".repeat(48), authorKeyDigest: "2b".repeat(48), guestSvn: 7 };
    const examination = await examine({ fields: block });
    expect(lesser(examination)).toEqual([]);
    expect(findingOf(examination, "snp-id-block").says).toMatch(/1a1a.*certified by the author key 2b2b.*version 7/);
  });

  it("has what its platform says read out, unknown bits too", async () => {
    const examination = await examine({
      fields: { platform: { aliasCheckComplete: true }, raw: [[0x40, "63"]] },
    });
    expect(lesser(examination)).toEqual([]);
    expect(findingOf(examination, "snp-platform").says).toMatch(/searched for aliases.*bits 0x40/);
  });
});

describe("what stays open", () => {
  it("is a report without its certificate: nothing of it counts, and what is wrong fails all the same", async () => {
    const examination = await examine({ certificates: () => [], fields: { vmpl: 2 } });
    expect(findingOf(examination, "snp-chain")).toMatchObject({ grade: "notChecked" });
    expect(findingOf(examination, "snp-measurement")).toMatchObject({ grade: "notChecked" });
    expect(findingOf(examination, "snp-measurement").says).toContain("nobody vouches for the report");
    expect(findingOf(examination, "snp-vmpl").grade).toBe("failed");
    expect(examination.collateral[0]?.source).toBe("missing");
  });

  it("is a question that the reader did not ask", async () => {
    const examination = await examine({ expected: { reportData: { unknown: "the evidence came as a file" } } });
    expect(lesser(examination)).toEqual(["snp-report-data: notChecked"]);
  });

  it("is revocation without a list, or with one that is out of date", async () => {
    const without = await examine({ collateral: () => Promise.resolve([]) });
    expect(lesser(without)).toEqual(["snp-revocation: notChecked"]);
    expect(without.collateral).toMatchObject([{ source: "missing" }]);
    const old = new Date("2026-05-01T00:00:00Z");
    const stale = await examine({
      collateral: async (each) => [await each.crl("genoa", { issued: old, nextUpdate: new Date("2026-08-01") })],
    });
    expect(lesser(stale)).toEqual(["snp-revocation: notChecked"]);
    expect(stale.collateral).toMatchObject([{ issued: old, leavesOpen: "revocations after 2026-05-01" }]);
  });

  it("is a list that does not say until when it counts", async () => {
    const examination = await examine({
      collateral: async (each) => [
        each.file("amd-crl", await each.amd.genoa.revocationList({ issued: new Date(now.getTime() - 1000) })),
      ],
    });
    expect(lesser(examination)).toEqual(["snp-revocation: notChecked"]);
  });

  it("is a list of other processors", async () => {
    const examination = await examine({ collateral: async (each) => [await each.crl("milan")] });
    expect(lesser(examination)).toEqual(["snp-revocation: notChecked"]);
  });

  it("is firmware that the host can go back to", async () => {
    const examination = await examine({
      fields: { committedTcb: { bootloader: 10, tee: 0, snp: 24, microcode: 84 } },
    });
    expect(lesser(examination)).toEqual(["snp-tcb-committed: asserted"]);
    expect(findingOf(examination, "snp-tcb-committed")).toMatchObject({ by: "the provider of the host" });
  });
});

it("takes version 2 where the caller says that the key broker does", async () => {
  expect(lesser(await examine({ fields: { version: 2, mitigations: { launch: 0n, current: 0n } } }))).toEqual([
    "snp-report-version: failed",
  ]);
  const changed = { fields: { version: 2, mitigations: { launch: 0n, current: 0n } }, evidence: { oldestVersion: 2 } };
  expect(lesser(await examine(changed))).toEqual([]);
});
