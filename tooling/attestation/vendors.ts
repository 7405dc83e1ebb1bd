import { createHash } from "node:crypto";
import type { TestCertificate } from "./authority";
import { TestAuthority } from "./authority";
import { IntelAuthority } from "./intelAuthority";
import { signStatement } from "./statement";

/** Firmware that NVIDIA publishes measurements of: a GPU's driver and VBIOS, a switch's BIOS. */
export type ManifestKind = "driver" | "vbios" | "bios";

/** A reference integrity manifest: what a version of a device's firmware measures. */
export interface Manifest {
  readonly kind: ManifestKind;
  readonly version: string;
  /** By index, 48 bytes hex. */
  readonly measurements: Readonly<Record<string, string>>;
}

/** What Intel says about versions of a platform's TDX firmware: the first level that it reaches counts. */
export interface TcbInfo {
  readonly issueDate: string;
  readonly nextUpdate: string;
  readonly levels: readonly { readonly svn: string; readonly status: string; readonly date: string }[];
}

/** All that verification trusts, passed to it as an argument. */
export interface TrustedVendors {
  readonly roots: { readonly amd: string; readonly intel: string; readonly nvidia: string };
  tcbInfo(now: Date): Promise<string>;
  /** A signed manifest; undefined where there is none of that version. */
  manifest(kind: ManifestKind, version: string): Promise<string | undefined>;
  /** Whether a certificate of that serial number was revoked. */
  revoked(serial: string): boolean;
}

/** TDX firmware that the SIMULATED Intel calls up to date, and one that it does not. */
export const tdxFirmware = { current: "03000500000000000000000000000000", old: "02000300000000000000000000000000" };

const weeks = 7 * 86_400_000;

/** AMD, Intel and NVIDIA, SIMULATED: their roots, what they publish, and the means to make hardware of theirs. */
export class TestVendors implements TrustedVendors {
  private readonly revokedSerials = new Set<string>();

  private constructor(
    readonly amd: TestAuthority,
    readonly intel: IntelAuthority,
    readonly nvidia: TestAuthority,
    private readonly tcbSigner: TestCertificate,
    private readonly manifestSigner: TestCertificate,
    /** Signs collateral in Intel's own form (`intelCollateral.ts`). */
    readonly intelTcbSigner: TestCertificate,
    /** Root of manifests in NVIDIA's own form (`nvidiaCollateral.ts`). */
    readonly nvidiaManifests: TestAuthority,
  ) {}

  static async create(): Promise<TestVendors> {
    const [amd, intel, nvidia, nvidiaManifests] = await Promise.all([
      TestAuthority.create("ARK-Genoa"),
      IntelAuthority.create(),
      TestAuthority.create("NVIDIA Device Identity", 1),
      TestAuthority.create("NVIDIA CoRIM signing"),
    ]);
    const tcbSigner = await intel.issue({ commonName: "SIMULATED Intel SGX TCB Signing", curve: "P-384" });
    const manifestSigner = await nvidia.issue({ commonName: "SIMULATED NVIDIA Manifest Signing", curve: "P-384" });
    return new TestVendors(
      amd,
      intel,
      nvidia,
      tcbSigner,
      manifestSigner,
      await intel.issueTcbSigner(),
      nvidiaManifests,
    );
  }

  get roots() {
    return {
      amd: this.amd.root,
      intel: this.intel.root,
      nvidia: this.nvidia.root,
      nvidiaManifests: this.nvidiaManifests.root,
    };
  }

  tcbInfo(now: Date): Promise<string> {
    const date = (weeksFromNow: number) => new Date(now.getTime() + weeksFromNow * weeks).toISOString();
    const info: TcbInfo = {
      issueDate: date(-1),
      nextUpdate: date(3),
      levels: [
        { svn: tdxFirmware.current, status: "UpToDate", date: date(-8) },
        { svn: tdxFirmware.old, status: "OutOfDate", date: date(-60) },
      ],
    };
    return signStatement(info, this.tcbSigner);
  }

  manifest(kind: ManifestKind, version: string): Promise<string | undefined> {
    const manifest: Manifest = { kind, version, measurements: firmwareMeasurements(kind, version) };
    return signStatement(manifest, this.manifestSigner);
  }

  revoke(serial: string): void {
    this.revokedSerials.add(serial);
  }

  revoked(serial: string): boolean {
    return this.revokedSerials.has(serial);
  }
}

/** Measurements in a report of a GPU, and of an NVSwitch. */
export const measurementCount = { gpu: 64, switch: 31 } as const;

/** SIMULATED: which of a report's measurements a firmware fills, and with what. */
export function firmwareMeasurements(kind: ManifestKind, version: string): Record<string, string> {
  const length = kind === "bios" ? measurementCount.switch : measurementCount.gpu;
  const all = Array.from({ length }, (_, index) => index + 1);
  const own = all.filter((index) => kind === "bios" || (index % 2 === 1) === (kind === "driver"));
  return Object.fromEntries(
    own.map((index) => [
      String(index),
      createHash("sha384").update(`SIMULATED measurement ${index} of ${kind} ${version}`).digest("hex"),
    ]),
  );
}
