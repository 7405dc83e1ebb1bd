import { canonicalJson } from "../names";
import type { Release } from "../workload/release";
import { requireEvidence } from "./acceptedEvidence";
import type { AcceptedEvidence } from "./acceptedEvidence";

/**
 * The reference values that our attestation policies ask for. Every one is a list, as the policies test membership; a
 * scalar in its place would make the rule silently undefined.
 */
export interface ReferenceValues {
  readonly snp_launch_measurement?: readonly string[];
  readonly snp_bootloader?: readonly number[];
  readonly snp_microcode?: readonly number[];
  readonly snp_snp_svn?: readonly number[];
  readonly snp_tee_svn?: readonly number[];
  readonly mr_td?: readonly string[];
  readonly rtmr_1?: readonly string[];
  readonly rtmr_2?: readonly string[];
  readonly xfam?: readonly string[];
  readonly allowed_driver_versions: readonly string[];
  readonly allowed_vbios_versions: readonly string[];
  readonly allowed_switch_bios_versions?: readonly string[];
}

/**
 * From releases. These lists are global: a first filter, since any release's measurement passes for any other. The
 * resource policy holds each release to its own.
 */
export function referenceValues(releases: readonly Release[], accepted: AcceptedEvidence): ReferenceValues {
  requireEvidence(releases, accepted);
  const snp = releases.filter(({ tee }) => tee === "snp");
  const tdx = releases.filter(({ tee }) => tee === "tdx");
  const switches = releases.some(({ gpu }) => gpu.nvSwitches > 0);
  return {
    ...(snp.length > 0 && {
      snp_launch_measurement: unique(snp.map(({ launchMeasurement }) => launchMeasurement)),
      snp_bootloader: unique(accepted.snpTcb?.bootloader),
      snp_microcode: unique(accepted.snpTcb?.microcode),
      snp_snp_svn: unique(accepted.snpTcb?.snp),
      snp_tee_svn: unique(accepted.snpTcb?.tee),
    }),
    ...(tdx.length > 0 && {
      mr_td: unique(tdx.map(({ launchMeasurement }) => launchMeasurement)),
      rtmr_1: unique(tdx.flatMap(({ rtmrs }) => rtmrs?.rtmr1 ?? [])),
      rtmr_2: unique(tdx.flatMap(({ rtmrs }) => rtmrs?.rtmr2 ?? [])),
      xfam: unique(accepted.tdxTcb?.xfam),
    }),
    allowed_driver_versions: unique(accepted.gpuFirmware.drivers),
    allowed_vbios_versions: unique(accepted.gpuFirmware.vbios),
    ...(switches && { allowed_switch_bios_versions: unique(accepted.gpuFirmware.switchBios) }),
  };
}

/**
 * The values as the reference value provider stores them, one record a name: rvps/src/reference_value.rs of Trustee
 * v0.21.0. `expiration` comes from the configuration, not from a clock. The provider stores it and never compares it
 * (rvps/src/lib.rs, query_reference_value), so it enforces nothing: it is there for people and for our own checks.
 */
export function referenceValueRecords(values: ReferenceValues, expiration: string): Record<string, string> {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(expiration) || Number.isNaN(Date.parse(expiration)))
    throw new Error(`reference values: "${expiration}" is no point in time; write for example 2028-01-01T00:00:00Z`);
  const entries = Object.entries<readonly (string | number)[] | undefined>({ ...values });
  const records: [string, string][] = [];
  for (const [name, value] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === undefined) continue;
    if (value.length === 0)
      throw new Error(`reference values: ${name} is empty, so nothing could be attested; give at least one value`);
    records.push([name, canonicalJson({ version: "0.1.0", name, expiration, value })]);
  }
  return Object.fromEntries(records);
}

/** How long before their expiry reference values are asked to be renewed. */
const noticeDays = 30;

/**
 * What is to be said of the day that reference values were meant to hold until. Trustee keeps it and never looks at it,
 * so whoever wants firmware lists to be looked over now and then has to hear of it here.
 */
export function expiryNotice(
  expiration: string,
  now: Date,
): { readonly expired: boolean; readonly text: string } | undefined {
  const days = Math.floor((Date.parse(expiration) - now.getTime()) / 86_400_000);
  if (days >= noticeDays) return undefined;
  const remedy = "look the accepted firmware versions over and set a later day";
  return days < 0
    ? { expired: true, text: `reference values were meant to hold until ${expiration}; ${remedy}` }
    : { expired: false, text: `reference values hold for ${days} more days, until ${expiration}; ${remedy}` };
}

function unique<T extends string | number>(values: readonly T[] = []): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
