import { describe, expect, it } from "vitest";
import { readQeIdentity, readTcbInfo } from "../../../../components/verdict/tdx/documents";
import { moduleIdentity, platformStanding, standingText } from "../../../../components/verdict/tdx/tcbLevel";
import { issuerChain, tdxSources } from "../../../../components/verdict/tdx/sources";
import { currentContent, simulatedPlatform } from "../../../../tooling/attestation/intelCollateral";
import { goodScene, now, quoteOf } from "../../../support/tdx/scene";

const answer = (content: unknown, member = "tcbInfo") =>
  Buffer.from(JSON.stringify({ [member]: content, signature: "0".repeat(128) }));
const { tcbInfo, qeIdentity } = currentContent(now);

describe("what Intel's service answers", () => {
  it("is read, with what is signed as it stands there", () => {
    const { content, signed } = readTcbInfo(answer(tcbInfo));
    expect(content).toMatchObject({ fmspc: simulatedPlatform.fmspc, pceId: "0000", tcbEvaluationDataNumber: 20 });
    expect(content.issueDate).toEqual(new Date("2026-11-24T12:00:00Z"));
    expect(signed).toBe(JSON.stringify(tcbInfo));
    expect(readQeIdentity(answer(qeIdentity, "enclaveIdentity")).content.isvprodid).toBe(2);
  });

  it("may hold members that are not read: they are signed all the same", () => {
    expect(readTcbInfo(answer({ ...tcbInfo, more: [1] })).signed).toContain('"more":[1]');
  });

  it.each([
    ["a list", [], "tcbInfo is not"],
    ["no levels", { ...tcbInfo, tcbLevels: [] }, "tcbInfo.tcbLevels is not"],
    ["fifteen components", withComponents(15), "tcbInfo.tcbLevels.0.tcb.sgxtcbcomponents is not"],
    ["a version beyond a byte", { ...tcbInfo, fmspc: "5151" }, "tcbInfo.fmspc is not"],
    ["a date that is none", { ...tcbInfo, nextUpdate: "2026-13-45T00:00:00Z" }, "tcbInfo.nextUpdate is not"],
    ["a date without its zone", { ...tcbInfo, nextUpdate: "2026-12-24T00:00:00" }, "tcbInfo.nextUpdate is not"],
    ["another way to compare", { ...tcbInfo, tcbType: 1 }, "tcbInfo.tcbType is not"],
  ])("is refused with %s", (_, content, reason) => {
    expect(() => readTcbInfo(answer(content))).toThrow(reason);
  });

  it("is refused without a signature, and where it was formatted", () => {
    expect(() => readTcbInfo(Buffer.from(JSON.stringify({ tcbInfo })))).toThrow("it has no signature of 64 bytes");
    const text = JSON.stringify({ tcbInfo, signature: "0".repeat(128) }, null, 2);
    expect(() => readTcbInfo(Buffer.from(text))).toThrow("keep the file as the service sent it");
  });

  it("is refused where a name stands twice, of which readers may take the one or the other", () => {
    const twice = answer(tcbInfo).toString().replace('"tcbInfo":{', '"tcbInfo":{"fmspc":"000000000000",');
    expect(() => readTcbInfo(Buffer.from(twice))).toThrow("it was changed or formatted");
  });
});

describe("levels", () => {
  const info = readTcbInfo(answer(tcbInfo)).content;
  const standing = (svn: string, changes = {}) => platformStanding(info, { ...simulatedPlatform, ...changes }, svn);

  it.each([
    ["03000500000000000000000000000000", {}, "UpToDate, TCB of 2026-08-12"],
    ["ff00ff00000000000000000000000000", {}, "UpToDate, TCB of 2026-08-12"],
    ["03000400000000000000000000000000", {}, "OutOfDate, TCB of 2025-02-12, advisories SIMULATED-SA-00001"],
    ["02000200000000000000000000000000", {}, "NotSupported"],
    ["03000500000000000000000000000000", { pceSvn: 10 }, "NotSupported"],
    ["03000500000000000000000000000000", { sgxComponents: Array(16).fill(0) }, "NotSupported"],
    // A line of modules of its own: the first component is ranked there, and not by the platform's levels.
    ["06010500000000000000000000000000", {}, "UpToDate, TCB of 2026-08-12"],
    ["02010500000000000000000000000000", {}, "OutOfDate, TCB of 2025-02-12, advisories SIMULATED-SA-00002"],
    ["01010500000000000000000000000000", {}, "NotSupported"],
    ["ff020500000000000000000000000000", {}, "NotSupported"],
    [
      "02010400000000000000000000000000",
      {},
      "OutOfDate, TCB of 2025-02-12, advisories SIMULATED-SA-00001, SIMULATED-SA-00002",
    ],
  ])("of %s, with %j", (svn, changes, expected) => {
    expect(standingText(standing(svn, changes))).toBe(expected);
  });

  it("tell both of a platform and of its module", () => {
    const [first, ...rest] = info.tcbLevels;
    if (!first) throw new Error("no level");
    const configured = { ...info, tcbLevels: [{ ...first, tcbStatus: "ConfigurationNeeded" }, ...rest] };
    expect(platformStanding(configured, simulatedPlatform, "02010500000000000000000000000000").status).toBe(
      "ConfigurationNeeded, its TDX module OutOfDate",
    );
  });

  it("find a module's line by its number", () => {
    expect(moduleIdentity(info, "06010500000000000000000000000000")?.id).toBe("TDX_01");
    expect(moduleIdentity(info, "060a0500000000000000000000000000")).toBeUndefined();
  });
});

describe("what to fetch", () => {
  it("is named by platform and authority, with files of different names", async () => {
    const scene = await goodScene({ authority: "Intel SGX PCK Processor CA" });
    const sources = tdxSources(quoteOf(scene));
    expect(sources.map(({ kind, url }) => `${kind} ${url.slice(8)}`)).toEqual([
      "intel-tcb-info api.trustedservices.intel.com/tdx/certification/v4/tcb?fmspc=515151000000",
      "intel-tcb-signing-chain api.trustedservices.intel.com/tdx/certification/v4/tcb?fmspc=515151000000",
      "intel-qe-identity api.trustedservices.intel.com/tdx/certification/v4/qe/identity",
      "intel-pck-crl api.trustedservices.intel.com/sgx/certification/v4/pckcrl?ca=processor&encoding=der",
      "intel-root-crl certificates.trustedservices.intel.com/IntelSGXRootCA.der",
    ]);
    expect(new Set(sources.map(({ file }) => file)).size).toBe(sources.length);
    expect(sources.flatMap(({ header }) => header ?? [])).toEqual(["TCB-Info-Issuer-Chain"]);
  });

  it("has a chain in a header, percent-encoded", () => {
    expect(issuerChain("-----BEGIN%20CERTIFICATE-----%0Aab%2B")).toBe("-----BEGIN CERTIFICATE-----\nab+");
    expect(() => issuerChain("%zz")).toThrow("not percent-encoded");
  });
});

function withComponents(count: number): unknown {
  const [first] = tcbInfo.tcbLevels as { tcb: object }[];
  const sgxtcbcomponents = Array.from({ length: count }, () => ({ svn: 0 }));
  return { ...tcbInfo, tcbLevels: [{ ...first, tcb: { ...first?.tcb, sgxtcbcomponents } }] };
}
