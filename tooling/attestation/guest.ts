import { createHash } from "node:crypto";
import { boundDigest } from "../../components/guest/initData";
import { decodeInitData } from "../../components/guest/initDataAnnotation";
import type { CpuTee } from "../../components/host/hardware";
import type { SnpPolicy, SnpTcb } from "../../components/verdict/evidence/snpReport";
import type { TdxBody } from "../../components/verdict/evidence/tdxQuote";
import type { Release } from "../../components/workload/release";
import { deviceSpecs } from "./deviceSpecs";
import type { DeviceSpec } from "./deviceSpecs";
import { tdxFirmware } from "./vendors";

/** A guest as it was started: all that its evidence will say, as data. An attack changes one thing of it. */
export interface GuestSpec {
  /** The release whose guest it is. */
  readonly release: string;
  readonly cpu: SnpSpec | TdxSpec;
  /** What the guest sends along, and what the hardware holds of it (hex). */
  readonly initData: { readonly sent: string; readonly bound: string };
  readonly devices: readonly DeviceSpec[];
}

export interface SnpSpec {
  readonly tee: "snp";
  readonly measurement: string;
  readonly policy: SnpPolicy;
  readonly tcb: SnpTcb;
  /** Firmware that the processor's certificate is for, where the report claims another. */
  readonly certifiedTcb?: SnpTcb;
  readonly vmpl: number;
}

export interface TdxSpec {
  readonly tee: "tdx";
  readonly body: Omit<TdxBody, "report_data" | "mr_config_id">;
}

const zeros = (bytes: number) => "00".repeat(bytes);
const madeUp = (what: string) => createHash("sha384").update(`SIMULATED ${what}`).digest("hex");

/** The guest that a release describes, on firmware just new enough. */
export function genuineGuest(release: Release): GuestSpec {
  return {
    release: release.name,
    cpu: release.tee === "snp" ? snpOf(release) : tdxOf(release),
    initData: {
      sent: decodeInitData(release.initData.annotation),
      bound: boundDigest(release.tee as CpuTee, release.initData.digest),
    },
    devices: deviceSpecs(release),
  };
}

function snpOf({ name, launch, tcb }: Release): SnpSpec {
  if (!launch.snp || !tcb.snp) throw new Error(`release ${name} has no SNP measurement or no TCB`);
  return {
    tee: "snp",
    measurement: launch.snp.measurement,
    tcb: tcb.snp,
    vmpl: 0,
    policy: {
      abiMajor: 0,
      abiMinor: 0,
      smtAllowed: true,
      migrateMaAllowed: false,
      debugAllowed: false,
      singleSocket: false,
    },
  };
}

function tdxOf({ name, launch, tcb }: Release): TdxSpec {
  if (!launch.tdx || !tcb.tdx) throw new Error(`release ${name} has no TDX measurement or no TCB`);
  return {
    tee: "tdx",
    body: {
      tcb_svn: tdxFirmware.current,
      mr_seam: tcb.tdx.mrSeam?.[0] ?? madeUp("TDX module"),
      mrsigner_seam: zeros(48),
      seam_attributes: zeros(8),
      td_attributes: tcb.tdx.attributes[0] ?? zeros(8),
      xfam: tcb.tdx.xfam[0] ?? zeros(8),
      mr_td: launch.tdx.mrTd,
      mr_owner: zeros(48),
      mr_owner_config: zeros(48),
      rtmr_0: madeUp("memory map and devices"),
      rtmr_1: launch.tdx.rtmr1,
      rtmr_2: launch.tdx.rtmr2,
      rtmr_3: zeros(48),
    },
  };
}
