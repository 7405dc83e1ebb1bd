/**
 * What a quote of version 5 says about its body, and how long each is; a quote of version 4 has the first kind, and says
 * nothing. QuoteConstants.h of Intel's quote verification library (2026-07-13).
 */
export const tdxBodyKinds = {
  "TDX 1.0": { type: 2, bytes: 584 },
  "TDX 1.5": { type: 3, bytes: 648 },
  "TDX 1.5, extended": { type: 4, bytes: 885 },
} as const;
export type TdxBodyKind = keyof typeof tdxBodyKinds;

/** A TD's report. Fields as lower-case hex, by the names of Trustee's claims, and as Intel calls those that it has not. */
export interface TdxBody {
  readonly tcb_svn: string;
  readonly mr_seam: string;
  readonly mrsigner_seam: string;
  readonly seam_attributes: string;
  readonly td_attributes: string;
  readonly xfam: string;
  readonly mr_td: string;
  readonly mr_config_id: string;
  readonly mr_owner: string;
  readonly mr_owner_config: string;
  readonly rtmr_0: string;
  readonly rtmr_1: string;
  readonly rtmr_2: string;
  readonly rtmr_3: string;
  readonly report_data: string;
  /** Versions of the TDX module that runs now, where it was updated under running guests. TDX 1.5 alone. */
  readonly tee_tcb_svn2?: string;
  /** Hash over the service TDs that are bound to this one, zeros where none is. TDX 1.5 alone. */
  readonly mr_servicetd?: string;
  /** Which of a partitioned TD's machines asked. This and what follows: TDX 1.5, extended, alone. */
  readonly vmid?: string;
  /** Made up anew at each launch; zeros where the host does not enable it. */
  readonly td_id?: string;
  /** Hash over devices that were assigned by TDX Connect. */
  readonly dev_info?: string;
  /** The service TDs at launch, and those that are bound now. */
  readonly init_servtd_hash?: string;
  readonly init_servtd_attributes?: string;
  readonly init_cpu_svn?: string;
  readonly init_tee_tcb_svn?: string;
  readonly init_tee_fmspc?: string;
  readonly cur_servtd_hash?: string;
  readonly cur_servtd_attributes?: string;
}

/** By the names of Trustee's claims. */
export interface TdAttributes {
  readonly debug: boolean;
  readonly septve_disable: boolean;
  readonly protection_keys: boolean;
  readonly key_locker: boolean;
  readonly perfmon: boolean;
}

const body: readonly (readonly [keyof TdxBody, number])[] = [
  ["tcb_svn", 16],
  ["mr_seam", 48],
  ["mrsigner_seam", 48],
  ["seam_attributes", 8],
  ["td_attributes", 8],
  ["xfam", 8],
  ["mr_td", 48],
  ["mr_config_id", 48],
  ["mr_owner", 48],
  ["mr_owner_config", 48],
  ["rtmr_0", 48],
  ["rtmr_1", 48],
  ["rtmr_2", 48],
  ["rtmr_3", 48],
  ["report_data", 64],
];

const body15: typeof body = [...body, ["tee_tcb_svn2", 16], ["mr_servicetd", 48]];
/** Of each kind, its fields in order. */
export const tdxBodyFields: Readonly<Record<TdxBodyKind, typeof body>> = {
  "TDX 1.0": body,
  "TDX 1.5": body15,
  "TDX 1.5, extended": [
    ...body15,
    ["vmid", 1],
    ["td_id", 32],
    ["dev_info", 48],
    ["init_servtd_hash", 48],
    ["init_servtd_attributes", 8],
    ["init_cpu_svn", 16],
    ["init_tee_tcb_svn", 16],
    ["init_tee_fmspc", 12],
    ["cur_servtd_hash", 48],
    ["cur_servtd_attributes", 8],
  ],
};

/** Whether a bit of an 8-byte field is set, little-endian. */
export function tdAttributeBit(hex: string, index: number): boolean {
  return (Buffer.from(hex, "hex").readBigUInt64LE() & (1n << BigInt(index))) !== 0n;
}

/** Bits of TDATTRIBUTES (Intel TDX module, "TD attributes"). */
export function tdAttributes(hex: string): TdAttributes {
  const bit = (index: number) => tdAttributeBit(hex, index);
  return {
    debug: bit(0),
    septve_disable: bit(28),
    protection_keys: bit(30),
    key_locker: bit(31),
    perfmon: bit(63),
  };
}
