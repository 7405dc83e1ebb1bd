import { readFileSync } from "node:fs";
import { join } from "node:path";
import type {
  CollateralFile,
  ExamineContext,
  Expected,
  SnpProduct,
  VendorRoots,
} from "../../../components/verdict/context";
import { snpProducts } from "../../../components/verdict/context";
import type { SnpTcb } from "../../../components/verdict/evidence/snpBits";
import type { Examination, Finding } from "../../../components/verdict/finding";
import { amdRoots } from "../../../components/verdict/roots/amd";
import type { SnpEvidence } from "../../../components/verdict/snp/examineSnp";
import type { TestCertificate } from "../../../tooling/attestation/authority";
import type { SnpReportFields } from "../../../tooling/attestation/encodeSnp";
import { encodeSnpReport, snpCpus } from "../../../tooling/attestation/encodeSnp";
import type { VekArgs } from "../../../tooling/attestation/syntheticAmd";
import { SyntheticAmd, syntheticChipId } from "../../../tooling/attestation/syntheticAmd";
import { productNames } from "../../../components/verdict/snp/products";

/** The reader's clock in these tests. */
export const now = new Date("2026-12-01T12:00:00Z");
export const day = 86_400_000;

/** A report of a real processor, see README.md. */
export const sample = (file: string) =>
  Buffer.from(readFileSync(join(__dirname, `${file}.base64`), "latin1"), "base64");

export function pem(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString("base64")
    .replace(/(.{64})/g, "$1\n")
    .trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

const others = { intel: "", nvidia: "", nvidiaManifests: "", googleConfidentialSpace: "" };
export const realRoots: VendorRoots = { ...others, amd: amdRoots, simulated: false };

export const tcbs: Readonly<Record<SnpProduct, SnpTcb>> = {
  milan: { bootloader: 4, tee: 0, snp: 24, microcode: 219 },
  genoa: { bootloader: 10, tee: 0, snp: 25, microcode: 84 },
  turin: { fmc: 1, bootloader: 1, tee: 0, snp: 2, microcode: 71 },
};

export function expectedOf(product: SnpProduct, changes: Partial<Expected> = {}): Expected {
  const { bootloader, tee, snp, microcode } = tcbs[product];
  return {
    tee: "snp",
    launch: { snp: { measurement: "c".repeat(96) } },
    boundInitData: "1d".repeat(32),
    tcb: { snp: { bootloader, tee, snp, microcode } },
    gpu: { model: "H100", count: 1, nvSwitches: 0 },
    gpuClaims: { drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"] },
    reportData: { value: "5e".repeat(64) },
    deviceNonce: { unknown: "not asked" },
    ...changes,
  };
}

export const fieldsOf = (product: SnpProduct): SnpReportFields => ({
  version: 5,
  cpu: snpCpus[product],
  policy: {
    abiMajor: 1,
    abiMinor: 51,
    smtAllowed: true,
    migrateMaAllowed: false,
    debugAllowed: false,
    singleSocket: false,
  },
  vmpl: 0,
  reportData: "5e".repeat(64),
  measurement: "c".repeat(96),
  hostData: "1d".repeat(32),
  tcb: tcbs[product],
  chipId: syntheticChipId(product),
  mitigations: { launch: 3n, current: 7n },
});

/** What one case changes of a SYNTHETIC guest that is all right. */
export interface SnpCase {
  readonly product?: SnpProduct;
  readonly fields?: Partial<SnpReportFields>;
  readonly vek?: Partial<VekArgs>;
  /** Signed by a cloud's key. */
  readonly cloud?: string;
  /** Of the report's bytes, after it was signed. */
  readonly bytes?: (report: Buffer) => void;
  readonly certificates?: (made: TestCertificate, rig: SnpRig) => readonly string[] | Promise<readonly string[]>;
  /** Another key than the certificate's. */
  readonly key?: (rig: SnpRig) => Promise<TestCertificate>;
  readonly expected?: Partial<Expected>;
  readonly context?: Partial<ExamineContext>;
  /** Default: a list of revoked certificates that is a week old. */
  readonly collateral?: (rig: SnpRig, made: TestCertificate) => Promise<readonly CollateralFile[]>;
  readonly evidence?: Partial<SnpEvidence>;
}

/** SYNTHETIC roots of all families of processors, and guests under them. */
export class SnpRig {
  private constructor(readonly amd: Readonly<Record<SnpProduct, SyntheticAmd>>) {}

  static async create(): Promise<SnpRig> {
    const made = await Promise.all(
      snpProducts.map((product) => SyntheticAmd.create({ product, now, modulusBits: 1024 })),
    );
    return new SnpRig(Object.fromEntries(snpProducts.map((product, index) => [product, made[index]])) as SnpRig["amd"]);
  }

  get roots(): VendorRoots {
    const amd = Object.fromEntries(snpProducts.map((product) => [product, this.amd[product].root]));
    return { ...others, amd: amd as VendorRoots["amd"], simulated: false };
  }

  vek(product: SnpProduct, cloud?: string, changes: Partial<VekArgs> = {}): Promise<TestCertificate> {
    const of = cloud === undefined ? { chipId: syntheticChipId(product) } : { cloud };
    return this.amd[product].issue({ productName: productNames[product], tcb: tcbs[product], of, ...changes });
  }

  async crl(product: SnpProduct, changes: { revoked?: readonly string[]; issued?: Date; nextUpdate?: Date } = {}) {
    const args = {
      issued: new Date(now.getTime() - 7 * day),
      nextUpdate: new Date(now.getTime() + 30 * day),
      ...changes,
    };
    return this.file("amd-crl", await this.amd[product].revocationList(args));
  }

  file(kind: CollateralFile["kind"], content: Uint8Array | string): CollateralFile {
    return { kind, source: `${kind}.test`, bytes: Buffer.from(content) };
  }

  async build(changed: SnpCase = {}): Promise<{ evidence: SnpEvidence; context: ExamineContext }> {
    const { product = "genoa", cloud } = changed;
    const made = await this.vek(product, cloud, changed.vek);
    const signer = changed.key ? await changed.key(this) : made;
    const cloudFields = cloud === undefined ? {} : { signingKey: 1, chipId: "00".repeat(64) };
    const fields = { ...fieldsOf(product), ...cloudFields, ...changed.fields };
    const report = encodeSnpReport(fields, signer.privateKey);
    changed.bytes?.(report);
    const certificates = (await changed.certificates?.(made, this)) ?? made.chain;
    const collateral = (await changed.collateral?.(this, made)) ?? [await this.crl(product)];
    return {
      evidence: { report, certificates, ...changed.evidence },
      context: {
        now,
        roots: this.roots,
        collateral,
        expected: expectedOf(product, changed.expected),
        ...changed.context,
      },
    };
  }
}

/** Findings that are less than verified, as `check: grade`. */
export function lesser({ findings }: Examination): string[] {
  return findings.filter(({ grade }) => grade !== "verified").map(({ check, grade }) => `${check}: ${grade}`);
}

export function findingOf({ findings }: Examination, check: string): Finding {
  const [found, ...more] = findings.filter((each) => each.check === check);
  if (!found || more.length > 0) throw new Error(`${1 + more.length} findings of ${check}`);
  return found;
}
