import { beforeAll, describe, expect, it } from "vitest";
import type { SnpProduct } from "../../../../components/verdict/context";
import { snpSignedBytes } from "../../../../components/verdict/evidence/snpReport";
import { vcekExtensions } from "../../../../components/verdict/evidence/vcekCertificate";
import { examineSnp } from "../../../../components/verdict/snp/examineSnp";
import { syntheticChipId } from "../../../../tooling/attestation/syntheticAmd";
import type { SnpCase } from "../../../support/snp/rig";
import { day, fieldsOf, findingOf, lesser, now, realRoots, SnpRig, tcbs } from "../../../support/snp/rig";

let rig: SnpRig;
/** Roots of the same names that nobody trusts: what anyone can make at home. */
let strangers: SnpRig;
beforeAll(async () => {
  [rig, strangers] = await Promise.all([SnpRig.create(), SnpRig.create()]);
});

const good = new Map<string, Promise<string[]>>();
function goodGuest(product: SnpProduct, cloud: string | undefined): Promise<string[]> {
  const name = `${product} ${cloud}`;
  const known = good.get(name) ?? rig.build({ product, ...(cloud !== undefined && { cloud }) }).then(examineBuilt);
  good.set(name, known);
  return known;
}
const examineBuilt = ({ evidence, context }: Awaited<ReturnType<SnpRig["build"]>>) =>
  lesser(examineSnp(evidence, context));

const later = (days: number) => new Date(now.getTime() + days * day);
const { policy } = fieldsOf("genoa");
const aws = "CN=cc-us-east-2.amazonaws.com";

/** One thing changed of a guest that is all right, the check that fails, and what it says. */
type Refusal = readonly [what: string, changed: SnpCase, check: string, says: string];

const format: readonly Refusal[] = [
  ["is cut off", { evidence: { report: Buffer.alloc(1183) } }, "snp-report-format", "1183 bytes"],
  ["has something behind it", { evidence: { report: Buffer.alloc(1185) } }, "snp-report-format", "1185 bytes"],
  ["has a version to come", { fields: { version: 6 } }, "snp-report-format", "version 6 is not known"],
  ["has version 1", { fields: { version: 1 } }, "snp-report-format", "version 1 is not known"],
  ["is signed by another algorithm", { fields: { raw: [[0x34, "02"]] } }, "snp-report-format", "signature algorithm 2"],
  ["has a policy bit of no known meaning", { fields: { raw: [[0x0b, "04"]] } }, "snp-report-format", "bits from 26 up"],
  ["lacks the policy bit that is always one", { fields: { raw: [[0x0a, "01"]] } }, "snp-report-format", "bit 17"],
  ["says something where nothing is", { fields: { raw: [[0x210, "01"]] } }, "snp-report-format", "0x208 to 0x29f"],
  ["has a key bit of no known meaning", { fields: { raw: [[0x48, "20"]] } }, "snp-report-format", "key information"],
  [
    "has a signature with something behind it",
    { bytes: (report) => void report.writeUInt8(1, 1183) },
    "snp-report-format",
    "something follows its signature",
  ],
  ["has version 2", { fields: { version: 2 } }, "snp-report-version", "the key broker takes 3 to 5"],
];

const signature: readonly Refusal[] = [
  [
    "was changed after it was signed",
    { bytes: (report) => void report.writeUInt8(0, 0x50) },
    "snp-report-signature",
    "did not sign the report",
  ],
  [
    "was signed by another key",
    { key: (each) => each.vek("genoa") },
    "snp-report-signature",
    "did not sign the report",
  ],
  [
    "has a signature of zeros",
    { bytes: (report) => void report.fill(0, snpSignedBytes) },
    "snp-report-signature",
    "did not sign the report",
  ],
  [
    "was signed by a key of another curve",
    { vek: { curve: "P-256" }, key: (each) => each.vek("genoa") },
    "snp-report-signature",
    "did not sign the report",
  ],
  ["was not signed, at the guest's wish", { fields: { signingKey: 7 } }, "snp-signing-key", "without a signature"],
  ["was signed by a key of a reserved kind", { fields: { signingKey: 3 } }, "snp-signing-key", "the number 3"],
  ["was made with the chip's key out of use", { fields: { chipKeyMasked: true } }, "snp-signing-key", "MASK_CHIP_KEY"],
  [
    "says that a cloud's key signed, and the chip's did",
    { fields: { signingKey: 1 } },
    "snp-report-signature",
    "says that a VLEK did",
  ],
  [
    "says that the chip's key signed, and a cloud's did",
    { cloud: aws, fields: { signingKey: 0 } },
    "snp-report-signature",
    "says that a VCEK did",
  ],
];

const chain: readonly Refusal[] = [
  [
    "comes with a chain under nobody's root",
    {
      certificates: async (_, each) => [...(await strangers.vek("genoa")).chain, each.amd.genoa.root],
    },
    "snp-chain",
    "was not issued by ARK-Genoa",
  ],
  [
    "comes without the ASK under a root of one's own",
    { certificates: ({ certificate }) => [certificate] },
    "snp-chain",
    "nothing here issued the VCEK",
  ],
  ["is not AMD's", { context: { roots: realRoots } }, "snp-chain", "was not issued by ARK-Genoa"],
  [
    "comes with a certificate of other processors",
    { certificates: async (_, each) => (await each.vek("milan")).chain },
    "snp-product",
    "is of a Genoa, and the VCEK is for Milan",
  ],
  [
    "has a chain to other processors' root",
    { product: "milan", vek: { productName: "Genoa" }, fields: { cpu: [0x19, 0x11, 1] } },
    "snp-chain",
    "its chain leads to AMD's root of Milan, and its processor is a Genoa",
  ],
  ["has a VCEK that the clouds' authority issued", { vek: { wrongIssuer: true } }, "snp-chain", "SEV-Genoa alone"],
  [
    "has a VLEK that the chips' authority issued",
    { cloud: aws, vek: { wrongIssuer: true } },
    "snp-chain",
    "SEV-VLEK-Genoa alone",
  ],
  ["has a certificate that ended", { vek: { validTo: later(-1) } }, "snp-chain", "is not valid on"],
  ["has a certificate that is yet to begin", { vek: { validFrom: later(1) } }, "snp-chain", "is not valid on"],
  [
    "is read after AMD's root of this product ended",
    { context: { now: later(365 * 40) } },
    "snp-chain",
    "is not valid on",
  ],
  [
    "comes with heaps of certificates",
    { certificates: ({ chain: made }) => [...made, ...made, ...made, ...made, ...made] },
    "snp-chain",
    "came with 10 certificates",
  ],
  [
    "comes with something that is no certificate",
    { certificates: () => ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] },
    "snp-chain",
    "cannot be read",
  ],
  [
    "comes with the root's own certificate alone",
    { certificates: (_, each) => [each.amd.genoa.root] },
    "snp-chain",
    "no bootloader version",
  ],
  [
    "comes with its certificates in the wrong order",
    { certificates: ({ chain: made }) => [...made].reverse() },
    "snp-chain",
    "no bootloader version",
  ],
  [
    "has a certificate of neither chip nor cloud",
    { vek: { extensions: { [vcekExtensions.hardwareId]: undefined } } },
    "snp-chain",
    "neither a chip",
  ],
  [
    "has a certificate that names no processor",
    { vek: { extensions: { [vcekExtensions.productName]: undefined } } },
    "snp-product",
    "for no processor",
  ],
  [
    "has a certificate of processors to come",
    { vek: { productName: "Venice" } },
    "snp-product",
    "no Milan, Genoa or Turin",
  ],
  ["is of a processor to come", { fields: { cpu: [0x1a, 0x50, 0] } }, "snp-product", "no Milan, Genoa or Turin"],
  ["is of another family's processor", { fields: { cpu: [0x17, 0x31, 0] } }, "snp-product", "family 0x17"],
  [
    "has a Turin's chip id in a Genoa's certificate",
    { vek: { of: { chipId: syntheticChipId("turin") } } },
    "snp-product",
    "length of another processor's",
  ],
];

const revoked: readonly Refusal[] = [
  [
    "was certified by a key that AMD revoked",
    { collateral: async (each) => [await each.crl("genoa", { revoked: ["030001"] })] },
    "snp-revocation",
    "serial number 30001 as revoked",
  ],
  [
    "has a certificate that AMD revoked",
    { vek: { serial: "4711" }, collateral: async (each) => [await each.crl("genoa", { revoked: ["4711"] })] },
    "snp-revocation",
    "serial number 4711 as revoked",
  ],
  [
    "was certified by a key on a list that is out of date",
    {
      collateral: async (each) => [
        await each.crl("genoa", { revoked: ["030001"], issued: later(-90), nextUpdate: later(-60) }),
      ],
    },
    "snp-revocation",
    "as revoked",
  ],
  [
    "was certified by a key on the older of two lists",
    {
      collateral: async (each) => [
        await each.crl("genoa", { revoked: ["030001"], issued: later(-9) }),
        await each.crl("genoa"),
      ],
    },
    "snp-revocation",
    "as revoked",
  ],
  [
    "comes with a list that another root of the same name signed",
    { collateral: async () => [await strangers.crl("genoa")] },
    "snp-revocation",
    "was not signed by Genoa's root",
  ],
  [
    "comes with a list of tomorrow",
    { collateral: async (each) => [await each.crl("genoa", { issued: later(1) })] },
    "snp-revocation",
    "yet to come",
  ],
  [
    "comes with a list that is none",
    { collateral: async (each) => Promise.resolve([each.file("amd-crl", "<html>busy</html>")]) },
    "snp-revocation",
    "not DER",
  ],
];

/** A label that OpenSSL passes over stands before the first, and one that it still reads before the second. */
const twoInOne = (shown: string, used: string): string =>
  `${shown.replaceAll("CERTIFICATE", "SOMETHING")}\n${used.replaceAll("CERTIFICATE", "X509 CERTIFICATE")}`;

const firmware: readonly Refusal[] = [
  [
    "shows newer firmware in a certificate that nobody issued, before the one that certifies its key",
    {
      vek: { tcb: { ...tcbs.genoa, snp: 24 } },
      certificates: async ({ certificate, chain: [, ...above] }) => [
        twoInOne((await strangers.vek("genoa")).certificate, certificate),
        ...above,
      ],
    },
    "snp-certified-tcb",
    "the VCEK is for",
  ],
  [
    "names newer firmware than its certificate",
    { vek: { tcb: { ...tcbs.genoa, snp: 24 } } },
    "snp-certified-tcb",
    "the VCEK is for",
  ],
  [
    "names older firmware than its certificate",
    { fields: { tcb: { ...tcbs.genoa, microcode: 83 } } },
    "snp-certified-tcb",
    "the VCEK is for",
  ],
  ...(["bootloader", "snp", "microcode"] as const).map((part): Refusal => {
    const tcb = { ...tcbs.genoa, [part]: tcbs.genoa[part] - 1 };
    return [
      `is of an older ${part}`,
      { fields: { tcb, committedTcb: tcb }, vek: { tcb } },
      `snp-tcb-${part}`,
      "demands at least",
    ];
  }),
  [
    "is of an older TEE",
    { expected: { tcb: { snp: { ...tcbs.genoa, tee: 1 } } } },
    "snp-tcb-tee",
    "demands at least 1",
  ],
  [
    "reports newer firmware than runs",
    { fields: { currentTcb: { ...tcbs.genoa, snp: 24 } } },
    "snp-tcb-consistent",
    "contradicts itself",
  ],
  [
    "has newer firmware committed than runs",
    { fields: { committedTcb: { ...tcbs.genoa, snp: 26 } } },
    "snp-tcb-consistent",
    "contradicts itself",
  ],
  ["is for a release without a lowest firmware", { expected: { tcb: {} } }, "snp-tcb-floor", "names no firmware"],
  [
    "names another FMC than its certificate",
    { product: "turin", vek: { tcb: { ...tcbs.turin, fmc: 2 } } },
    "snp-certified-tcb",
    "the VCEK is for FMC 2",
  ],
];

const guest: readonly Refusal[] = [
  ["is of another chip", { fields: { chipId: syntheticChipId("genoa", "two") } }, "snp-chip-id", "the VCEK is of"],
  [
    "is of a Turin with the same beginning",
    { product: "turin", fields: { chipId: `${syntheticChipId("turin")}01` } },
    "snp-chip-id",
    "the VCEK is of",
  ],
  ["was asked for by less privileged software", { fields: { vmpl: 1 } }, "snp-vmpl", "VMPL 1"],
  ["was asked for by the host", { fields: { vmpl: 0xffffffff } }, "snp-vmpl", "VMPL 4294967295"],
  ["measured another guest", { fields: { measurement: "d".repeat(96) } }, "snp-measurement", "the release's is cccc"],
  ["is for a release without a measurement", { expected: { launch: {} } }, "snp-measurement", "names no measurement"],
  ["is for a release of TDX", { expected: { tee: "tdx" } }, "snp-tee", "the release is for TDX"],
  ["has other init-data", { fields: { hostData: "2e".repeat(32) } }, "snp-host-data", "the release's init-data"],
  ["has no init-data", { fields: { hostData: "00".repeat(32) } }, "snp-host-data", "without init-data"],
  [
    "answers another question",
    { fields: { reportData: "5f".repeat(64) } },
    "snp-report-data",
    "the answer to this question",
  ],
  [
    "answers no question",
    { fields: { reportData: "00".repeat(64) } },
    "snp-report-data",
    "the answer to this question",
  ],
  ["may be debugged", { fields: { policy: { ...policy, debugAllowed: true } } }, "snp-policy-debug", "for debugging"],
  [
    "may be migrated",
    { fields: { policy: { ...policy, migrateMaAllowed: true } } },
    "snp-policy-migration",
    "allows a migration agent",
  ],
  [
    "has a migration agent",
    { fields: { migrationAgentReportId: "3c".repeat(32) } },
    "snp-policy-migration",
    "is bound to the guest",
  ],
  [
    "asks for newer firmware than it runs on",
    { fields: { policy: { ...policy, abiMinor: 99 } } },
    "snp-policy-abi",
    "contradicts itself",
  ],
  [
    "refuses SMT, which is on",
    { fields: { policy: { ...policy, smtAllowed: false } } },
    "snp-policy-kept",
    "demands SMT off",
  ],
  [
    "demands RAPL off, which is on",
    { fields: { policy: { ...policy, raplDisableRequired: true } } },
    "snp-policy-kept",
    "demands RAPL off",
  ],
  [
    "demands ciphertext hiding, which is off",
    { fields: { policy: { ...policy, ciphertextHidingRequired: true } } },
    "snp-policy-kept",
    "demands ciphertext hiding",
  ],
];

describe.each([
  ["of a form that is not understood", format],
  ["that its key did not sign", signature],
  ["whose certificate is not AMD's for it", chain],
  ["whose certificate was revoked", revoked],
  ["of old or doubtful firmware", firmware],
  ["of another guest, or of one that is open", guest],
])("a report %s is refused", (_, refusals) => {
  it.each(refusals)("one that %s", async (_what, changed, check, says) => {
    const { product = "genoa", cloud } = changed;
    const { evidence, context } = await rig.build(changed);
    const examination = examineSnp(evidence, context);
    expect(findingOf(examination, check)).toMatchObject({ grade: "failed" });
    expect(findingOf(examination, check).says).toContain(says);
    // The same guest, without that one change.
    expect(await goodGuest(product, cloud)).toEqual(product === "turin" ? ["snp-tcb-fmc: notChecked"] : []);
  });
});

it("are at least 35 cases, each with a name of its own", () => {
  const names = [...format, ...signature, ...chain, ...revoked, ...firmware, ...guest].map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(60);
});

it("lets nothing of a forged report count as verified", async () => {
  const { evidence, context } = await rig.build({ key: (each) => each.vek("genoa") });
  const { findings } = examineSnp(evidence, context);
  const counted = findings.filter(({ grade }) => grade === "verified").map(({ check }) => check);
  // Of the certificate, and of what the report claims to be.
  expect(counted.sort()).toEqual([
    "snp-chain",
    "snp-product",
    "snp-report-format",
    "snp-report-version",
    "snp-revocation",
    "snp-signing-key",
    "snp-tee",
  ]);
});

it("knows nothing of a guest whose report cannot be read", async () => {
  const { evidence, context } = await rig.build();
  const { findings } = examineSnp({ ...evidence, report: Buffer.alloc(7) }, context);
  expect(findings.filter(({ grade }) => grade === "verified")).toEqual([]);
  expect(findings.map(({ claim }) => claim)).toContain("guest-booted-as-released");
});

it("refuses a replayed answer, whatever else is right", async () => {
  const first = await rig.build();
  const expected = { ...first.context.expected, reportData: { value: "77".repeat(64) } };
  expect(lesser(examineSnp(first.evidence, { ...first.context, expected }))).toEqual(["snp-report-data: failed"]);
});

// Every byte, and every bit: test/components/verdict/evidence/snpReport.test.ts, `npm run oracles -- go-sev-guest`.
it("refuses a report with a byte changed before its signature", async () => {
  const { evidence, context } = await rig.build();
  for (let at = 0; at < snpSignedBytes; at += 7) {
    const report = Buffer.from(evidence.report);
    report[at] = report[at]! ^ (1 << (at & 7));
    const { findings } = examineSnp({ ...evidence, report }, context);
    const failed = findings.filter(({ grade }) => grade === "failed").map(({ check }) => check);
    expect(failed.some((check) => check === "snp-report-signature" || check === "snp-report-format")).toBe(true);
  }
});
