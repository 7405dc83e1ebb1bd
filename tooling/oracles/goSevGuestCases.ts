import { readFileSync } from "node:fs";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import type { SnpProduct } from "../../components/verdict/context";
import { snpProducts } from "../../components/verdict/context";
import type { SnpTcb } from "../../components/verdict/evidence/snpBits";
import { parseSnpReport, snpSignedBytes } from "../../components/verdict/evidence/snpReport";
import { vcekExtensions, vcekIdentity } from "../../components/verdict/evidence/vcekCertificate";
import { productNames } from "../../components/verdict/snp/products";
import type { SnpReportFields } from "../attestation/encodeSnp";
import { encodeSnpReport, snpCpus } from "../attestation/encodeSnp";
import type { VekArgs } from "../attestation/syntheticAmd";
import { SyntheticAmd, syntheticChipId } from "../attestation/syntheticAmd";

/** What the other is asked, and this project too. */
export interface SnpQuestion {
  readonly name: string;
  readonly report: Buffer;
  /** DER. */
  readonly certificate: Buffer;
  /** Undefined: AMD's own. */
  readonly synthetic: Readonly<Record<SnpProduct, SyntheticAmd>> | undefined;
  readonly crl?: Uint8Array;
  readonly now: Date;
  readonly expected: SnpExpectation;
  /** Where the two are known to differ, and why: this project refuses and the other does not, or the other way round. */
  readonly differs?: { readonly refusedBy: "here" | "there"; readonly because: string };
}

export interface SnpExpectation {
  readonly measurement: string;
  readonly hostData: string;
  readonly reportData: string;
  /** 64 bytes; empty where the chip is not named. */
  readonly chipId: string;
  readonly tcb: SnpTcb;
}

export const oracleNow = new Date("2026-12-01T12:00:00Z");
const day = 86_400_000;
const later = (days: number) => new Date(oracleNow.getTime() + days * day);

const turinUnknown =
  "go-sev-guest 0.15.0 knows neither Turin's extensions (fmcSPL) nor its short chip id, and refuses its genuine certificates";

/** Reports of real processors, judged by a release that is made of them, under AMD's pinned roots. */
export function realQuestions(module: { readonly report: Buffer; readonly vcek: Buffer }): SnpQuestion[] {
  const sample = (name: string) => readFileSync(join(__dirname, "..", "..", "test", "support", "snp", name));
  const real = (name: string, report: Buffer, certificate: Buffer, now = oracleNow): SnpQuestion => ({
    name,
    report,
    certificate,
    synthetic: undefined,
    now,
    expected: expectationOf(report, certificate),
  });
  const [genoa, genoaVcek] = [sample("genoa-report.bin"), sample("genoa-vcek.der")];
  const vlek = [sample("milan-vlek-report.bin"), sample("milan-vlek.der")] as const;
  const flipped = Buffer.from(genoa);
  flipped[0x90] = flipped[0x90]! ^ 1;
  return [
    real("real Milan, version 2", module.report, module.vcek),
    real("real Genoa, version 5", genoa, genoaVcek),
    real("real Genoa, one bit changed", flipped, genoaVcek),
    real("real Genoa with a Milan's VCEK", genoa, module.vcek),
    real("real Milan of AWS, VLEK, while it was valid", ...vlek, new Date("2025-06-01")),
    real("real Milan of AWS, VLEK, today", ...vlek),
    {
      ...real("real Turin, version 5", sample("turin-report.bin"), sample("turin-vcek.der")),
      differs: { refusedBy: "there", because: turinUnknown },
    },
  ];
}

const tcb: SnpTcb = { bootloader: 10, tee: 0, snp: 25, microcode: 84 };
const policy = {
  abiMajor: 0,
  abiMinor: 0,
  smtAllowed: true,
  migrateMaAllowed: false,
  debugAllowed: false,
  singleSocket: false,
};
const cloud = "CN=cc-us-east-2.amazonaws.com";

interface Change {
  readonly product?: SnpProduct;
  readonly cloud?: boolean;
  readonly fields?: Partial<SnpReportFields>;
  readonly vek?: Partial<VekArgs>;
  readonly bytes?: (report: Buffer) => void;
  readonly expected?: Partial<SnpExpectation>;
  readonly crl?: { readonly revoked?: readonly string[] };
  readonly crlOf?: "strangers";
  readonly chainOf?: "strangers";
  readonly now?: Date;
  readonly differs?: SnpQuestion["differs"];
}

const here = (because: string) => ({ refusedBy: "here", because }) as const;

/** Names with one thing changed each. */
const changes: Readonly<Record<string, Change>> = {
  "Milan, version 2": { product: "milan", fields: { version: 2 }, vek: { productName: "Milan-B0" } },
  "Genoa, version 3": {},
  "Milan, version 3": { product: "milan" },
  "Genoa, version 4": { fields: { version: 4 } },
  "Genoa, version 5": { fields: { version: 5, mitigations: { launch: 1n, current: 3n } } },
  "Genoa of a cloud": { cloud: true },
  "Genoa with a good list of revoked certificates": { crl: {} },
  "Genoa with its firmware not yet committed": { fields: { committedTcb: { ...tcb, snp: 24 } } },
  "hidden chip id": { fields: { chipId: "00".repeat(64) }, expected: { chipId: "" } },
  "unknown platform bit": { fields: { raw: [[0x40, "43"]] } },
  "version 6": { fields: { version: 6 } },
  "version 1": { fields: { version: 1 } },
  "other algorithm": { fields: { raw: [[0x34, "02"]] } },
  "unknown policy bit": { fields: { raw: [[0x0b, "04"]] } },
  "policy bit 17 unset": { fields: { raw: [[0x0a, "01"]] } },
  "unknown key bit": { fields: { raw: [[0x48, "20"]] } },
  "reserved key kind": { fields: { signingKey: 3 } },
  "not signed": { fields: { signingKey: 7 } },
  "bytes where nothing is": { fields: { raw: [[0x210, "01"]] } },
  "byte behind the CPU": { fields: { raw: [[0x18b, "01"]] } },
  "byte behind the firmware's version": { fields: { raw: [[0x1eb, "01"]] } },
  "something behind the signature": { bytes: (report) => void report.writeUInt8(1, 1183) },
  "changed after it was signed": { bytes: (report) => void report.writeUInt8(0, 0x50) },
  "signature of zeros": { bytes: (report) => void report.fill(0, snpSignedBytes) },
  "cloud's report that says it is the chip's": { cloud: true, fields: { signingKey: 0 } },
  "chip's report that says it is a cloud's": { fields: { signingKey: 1 } },
  "strangers' chain": { chainOf: "strangers" },
  "VCEK by the clouds' authority": { vek: { wrongIssuer: true } },
  "VLEK by the chips' authority": { cloud: true, vek: { wrongIssuer: true } },
  "VCEK that ended": { vek: { validTo: later(-1) } },
  "VCEK that is yet to begin": { vek: { validFrom: later(1) } },
  "VCEK without a chip": { vek: { extensions: { [vcekExtensions.hardwareId]: undefined } } },
  "VCEK of another curve": { vek: { curve: "P-256" } },
  "Milan's report with a Genoa's VCEK": { fields: { cpu: snpCpus.milan } },
  "VCEK that names Milan under Genoa's root": {
    vek: { productName: "Milan-B0" },
    differs: here(
      "go-sev-guest leaves the certificate's own name of the processor out from version 3 on; a chain to the right root is required by both",
    ),
  },
  "processor to come": { fields: { cpu: [0x1a, 0x50, 0] } },
  "revoked ASK": { crl: { revoked: ["030001"] } },
  "strangers' list of revoked certificates": { crl: {}, crlOf: "strangers" },
  "revoked VCEK": {
    crl: { revoked: ["4711"] },
    vek: { serial: "4711" },
    differs: here("go-sev-guest looks for the ASK alone in the list, since AMD revokes no VCEK"),
  },
  "newer firmware than the VCEK's": { vek: { tcb: { ...tcb, snp: 24 } } },
  "boot loader below the floor": { expected: { tcb: { ...tcb, bootloader: 11 } } },
  "SNP firmware below the floor": { expected: { tcb: { ...tcb, snp: 26 } } },
  "microcode below the floor": { expected: { tcb: { ...tcb, microcode: 85 } } },
  "TEE below the floor": { expected: { tcb: { ...tcb, tee: 1 } } },
  "reported firmware newer than what runs": { fields: { currentTcb: { ...tcb, snp: 24 } } },
  "committed firmware newer than what runs": { fields: { committedTcb: { ...tcb, snp: 26 } } },
  "other chip": { fields: { chipId: syntheticChipId("genoa", "two") } },
  "VMPL 2": { fields: { vmpl: 2 } },
  "other measurement": { fields: { measurement: "d".repeat(96) } },
  "other host data": { fields: { hostData: "2e".repeat(32) } },
  "other report data": { fields: { reportData: "5f".repeat(64) } },
  "debugging allowed": { fields: { policy: { ...policy, debugAllowed: true } } },
  "migration allowed": { fields: { policy: { ...policy, migrateMaAllowed: true } } },
  "Turin, version 5": {
    product: "turin",
    fields: { version: 5 },
    differs: { refusedBy: "there", because: turinUnknown },
  },
};

/** SYNTHETIC guests under SYNTHETIC roots as strong as AMD's: good ones, and each refusal that both can judge. */
export async function syntheticQuestions(): Promise<SnpQuestion[]> {
  const roots = async () => {
    const made = await Promise.all(snpProducts.map((product) => SyntheticAmd.create({ product, now: oracleNow })));
    return Object.fromEntries(snpProducts.map((product, at) => [product, made[at]])) as Record<
      SnpProduct,
      SyntheticAmd
    >;
  };
  const [own, strangers] = [await roots(), await roots()];
  return Promise.all(Object.entries(changes).map(([name, change]) => synthetic(name, change, own, strangers)));
}

type Roots = Readonly<Record<SnpProduct, SyntheticAmd>>;

async function synthetic(name: string, change: Change, own: Roots, strangers: Roots): Promise<SnpQuestion> {
  const { product = "genoa", fields } = change;
  const firmware = product === "turin" ? { fmc: 1, ...tcb } : tcb;
  const chip = { chipId: syntheticChipId(product) };
  const made = await (change.chainOf ? strangers : own)[product].issue({
    productName: productNames[product],
    tcb: firmware,
    of: change.cloud ? { cloud } : chip,
    ...change.vek,
  });
  const all: SnpReportFields = {
    cpu: snpCpus[product],
    policy,
    vmpl: 0,
    reportData: "5e".repeat(64),
    measurement: "c".repeat(96),
    hostData: "1d".repeat(32),
    tcb: firmware,
    ...(change.cloud ? { chipId: "00".repeat(64), signingKey: 1 } : chip),
  };
  const report = encodeSnpReport({ ...all, ...fields }, made.privateKey);
  change.bytes?.(report);
  const dates = { issued: later(-7), nextUpdate: later(30) };
  const issuer = change.crlOf ? strangers : own;
  return {
    name: `SYNTHETIC ${name}`,
    report,
    certificate: new X509Certificate(made.certificate).raw,
    synthetic: own,
    ...(change.crl && { crl: await issuer[product].revocationList({ ...dates, ...change.crl }) }),
    now: change.now ?? oracleNow,
    expected: {
      measurement: all.measurement,
      hostData: all.hostData,
      reportData: all.reportData,
      chipId: change.cloud ? "" : chip.chipId.padEnd(128, "0"),
      tcb: firmware,
      ...change.expected,
    },
    ...(change.differs && { differs: change.differs }),
  };
}

function expectationOf(report: Buffer, certificate: Buffer): SnpExpectation {
  const { measurement, hostData, reportData, reportedTcb } = parseSnpReport(report);
  const chipId = vcekIdentity(certificate).chipId ?? "";
  return { measurement, hostData, reportData, chipId: chipId && chipId.padEnd(128, "0"), tcb: reportedTcb };
}
