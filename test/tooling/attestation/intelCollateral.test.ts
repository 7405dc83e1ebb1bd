import { expect, it } from "vitest";
import { boundDigest } from "../../../components/guest/initData";
import type { RuntimeData } from "../../../components/verdict/evidence/attestRequest";
import { primaryReportData } from "../../../components/verdict/evidence/attestRequest";
import { examineTdx } from "../../../components/verdict/tdx/examineTdx";
import { collectEvidence } from "../../../tooling/attestation/collect";
import { genuineGuest } from "../../../tooling/attestation/guest";
import { TestMachine } from "../../../tooling/attestation/hardware";
import { simulatedIntelCollateral } from "../../../tooling/attestation/intelCollateral";
import { TestVendors, tdxFirmware } from "../../../tooling/attestation/vendors";
import { contextFor, shortcomings } from "../../support/tdx/scene";
import { playTime, tdxRelease } from "./support";

const runtime: RuntimeData = { nonce: "bm9uY2U=", "tee-pubkey": { kty: "EC", crv: "P-256", x: "AA", y: "AA" } };

it("verifies a rehearsed TDX guest with the SIMULATED Intel's collateral, and says of older firmware that it is old", async () => {
  const vendors = await TestVendors.create();
  const machine = new TestMachine(vendors, "host");
  const guest = genuineGuest({ ...tdxRelease, gpu: { ...tdxRelease.gpu, count: 1 } });
  const examined = async (spec: typeof guest) => {
    const { "tee-evidence": evidence } = await collectEvidence(spec, machine, runtime, vendors.roots);
    const quote = "quote" in evidence.primary_evidence ? evidence.primary_evidence.quote : "";
    const context = contextFor(vendors.roots.intel, await simulatedIntelCollateral(vendors, playTime));
    const { launch, tcb } = tdxRelease;
    const expected = {
      ...context.expected,
      launch,
      tcb,
      boundInitData: boundDigest("tdx", tdxRelease.initData.digest),
      reportData: { value: primaryReportData(runtime, evidence.additional_evidence) },
    };
    return examineTdx({ quote: Buffer.from(quote, "base64") }, { ...context, now: playTime, expected });
  };
  const good = await examined(guest);
  expect(shortcomings(good)).toEqual([]);
  expect(good.collateral.map(({ source }) => source).every((source) => source.startsWith("SIMULATED "))).toBe(true);
  if (guest.cpu.tee !== "tdx") throw new Error("the release is for TDX");
  const cpu = { ...guest.cpu, body: { ...guest.cpu.body, tcb_svn: tdxFirmware.old } };
  expect(shortcomings(await examined({ ...guest, cpu }))).toEqual(["tdx-tcb-status failed", "tdx-mr-seam failed"]);
});
