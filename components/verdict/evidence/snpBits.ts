/**
 * Fields of an SNP report that are sets of bits or of bytes. Tables are those of AMD's "SEV-SNP Firmware ABI
 * Specification", document 56860, revision 1.58 (May 2025); read a second time in google/go-sev-guest v0.15.0 (abi/abi.go)
 * and virtee/sev 8.0.0 (src/firmware/guest/types/snp.rs, src/firmware/host/types/snp.rs), and on reports of real machines.
 */

/** Security version numbers of a processor's firmware, as `snphost show tcb` lists them. */
export interface SnpTcb {
  /** Of the FMC, which Turin and later processors load before the rest. */
  readonly fmc?: number;
  readonly bootloader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}

export const tcbParts = ["fmc", "bootloader", "tee", "snp", "microcode"] as const satisfies readonly (keyof SnpTcb)[];

/** TCB_VERSION: one table for Milan and Genoa, one for Turin (3 and 4 of revision 1.57). Bytes between are reserved. */
const tcbLayouts = {
  zen3: { bootloader: 0, tee: 1, snp: 6, microcode: 7 },
  zen5: { fmc: 0, bootloader: 1, tee: 2, snp: 3, microcode: 7 },
} as const;
export type TcbLayout = keyof typeof tcbLayouts;

export function readTcb(bytes: Buffer, layout: TcbLayout): SnpTcb {
  const parts = Object.entries(tcbLayouts[layout]).map(([part, at]) => [part, bytes.readUInt8(at)]);
  return Object.fromEntries(parts) as unknown as SnpTcb;
}

export function writeTcb(tcb: SnpTcb, layout: TcbLayout): Buffer {
  const bytes = Buffer.alloc(8);
  for (const [part, at] of Object.entries(tcbLayouts[layout])) bytes[at] = tcb[part as keyof SnpTcb] ?? 0;
  return bytes;
}

/** Where a layout has nothing: zeros. */
export function reservedTcbBytes(layout: TcbLayout): readonly number[] {
  const known = Object.values(tcbLayouts[layout]) as number[];
  return [0, 1, 2, 3, 4, 5, 6, 7].filter((at) => !known.includes(at));
}

/** What the guest's owner allowed or demanded when it was launched: POLICY (table 9 of revision 1.57). */
export interface SnpPolicy {
  readonly abiMajor: number;
  readonly abiMinor: number;
  readonly smtAllowed: boolean;
  readonly migrateMaAllowed: boolean;
  readonly debugAllowed: boolean;
  readonly singleSocket: boolean;
}

/** Bits that newer firmware knows, and that older firmware leaves at zero. */
export interface NewerSnpPolicy {
  /** Memory and devices on CXL may be used. */
  readonly cxlAllowed: boolean;
  readonly aes256XtsRequired: boolean;
  /** Power readings (RAPL), a side channel, have to be off. */
  readonly raplDisableRequired: boolean;
  readonly ciphertextHidingRequired: boolean;
  /** The host may not move or swap the guest's pages. */
  readonly pageSwapDisabled: boolean;
}

const policyBits = {
  smtAllowed: 16n,
  migrateMaAllowed: 18n,
  debugAllowed: 19n,
  singleSocket: 20n,
  cxlAllowed: 21n,
  aes256XtsRequired: 22n,
  raplDisableRequired: 23n,
  ciphertextHidingRequired: 24n,
  pageSwapDisabled: 25n,
} as const satisfies Record<keyof (Omit<SnpPolicy, "abiMajor" | "abiMinor"> & NewerSnpPolicy), bigint>;
/** Reserved, and always one. */
const policyOneBit = 17n;
const policyFirstZeroBit = 26n;

export function readPolicy(bits: bigint): SnpPolicy & NewerSnpPolicy {
  return {
    abiMinor: Number(bits & 0xffn),
    abiMajor: Number((bits >> 8n) & 0xffn),
    ...readFlags(bits, policyBits),
  };
}

/** Which of its reserved bits are not as they have to be; nothing for a policy that is understood. */
export function policyProblem(bits: bigint): string | undefined {
  if (((bits >> policyOneBit) & 1n) === 0n) return "bit 17 of the guest policy is 0, and has to be 1";
  return bits >> policyFirstZeroBit === 0n ? undefined : "bits from 26 up of the guest policy are not 0";
}

export function writePolicy({ abiMajor, abiMinor, ...allowed }: SnpPolicy & Partial<NewerSnpPolicy>): bigint {
  return BigInt(abiMinor) | (BigInt(abiMajor) << 8n) | (1n << policyOneBit) | writeFlags(allowed, policyBits);
}

/** What the host's firmware is set to: PLATFORM_INFO. */
export interface SnpPlatform {
  readonly smtEnabled: boolean;
  readonly tsmeEnabled: boolean;
  readonly eccEnabled: boolean;
  readonly raplDisabled: boolean;
  readonly ciphertextHidingEnabled: boolean;
  /** Memory was searched for aliases since the last reset: AMD's answer to BadRAM (CVE-2024-21944, AMD-SB-3015). */
  readonly aliasCheckComplete: boolean;
  /** SEV-TIO: devices may be trusted to reach private memory. */
  readonly tioEnabled: boolean;
}

const platformBits = {
  smtEnabled: 0n,
  tsmeEnabled: 1n,
  eccEnabled: 2n,
  raplDisabled: 3n,
  ciphertextHidingEnabled: 4n,
  aliasCheckComplete: 5n,
  tioEnabled: 7n,
} as const satisfies Record<keyof SnpPlatform, bigint>;

export function readPlatform(bits: bigint): SnpPlatform {
  return readFlags(bits, platformBits);
}

/** Bits without a known meaning. The specification asks nobody to find zeros there, and real machines have set some. */
export function unknownPlatformBits(bits: bigint): bigint {
  return Object.values(platformBits).reduce((left, bit) => left & ~(1n << bit), bits);
}

export function writePlatform(platform: SnpPlatform): bigint {
  return writeFlags(platform, platformBits);
}

export const signingKeys = { 0: "VCEK", 1: "VLEK", 7: "none" } as const;
/** VCEK: the chip's own key. VLEK: one that AMD made for a cloud. */
export type SigningKey = (typeof signingKeys)[keyof typeof signingKeys];

function readFlags<K extends string>(bits: bigint, flags: Record<K, bigint>): Record<K, boolean> {
  const entries = Object.entries<bigint>(flags).map(([name, bit]) => [name, ((bits >> bit) & 1n) === 1n]);
  return Object.fromEntries(entries) as Record<K, boolean>;
}

function writeFlags<K extends string>(values: { readonly [N in K]?: boolean }, flags: Record<K, bigint>): bigint {
  const set = Object.entries<bigint>(flags).filter(([name]) => values[name as K] === true);
  return set.reduce((bits, [, bit]) => bits | (1n << bit), 0n);
}
