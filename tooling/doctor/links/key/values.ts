import type { Release } from "../../../../components/workload/release";

export interface MissingValue {
  readonly name: string;
  readonly found: unknown;
  readonly wanted: unknown;
}

/** What the attestation policies ask the reference values for (components/attestation/referenceValues.ts), of one release. */
export function missingValues(release: Release, values: Readonly<Record<string, unknown>>): MissingValue[] {
  const { launch, tcb, gpuClaims } = release;
  const lists: readonly (readonly [name: string, wanted: readonly string[]])[] = [
    ["snp_launch_measurement", launch.snp ? [launch.snp.measurement] : []],
    ["mr_td", launch.tdx ? [launch.tdx.mrTd] : []],
    ["rtmr_1", launch.tdx ? [launch.tdx.rtmr1] : []],
    ["rtmr_2", launch.tdx ? [launch.tdx.rtmr2] : []],
    ["xfam", tcb.tdx?.xfam ?? []],
    ["td_attributes", tcb.tdx?.attributes ?? []],
    ["allowed_driver_versions", gpuClaims.drivers],
    ["allowed_vbios_versions", gpuClaims.vbios],
    ["allowed_switch_bios_versions", release.gpu.nvSwitches > 0 ? (gpuClaims.switchBios ?? []) : []],
  ];
  const floors: readonly (readonly [name: string, floor: number | undefined])[] = [
    ["snp_bootloader", tcb.snp?.bootloader],
    ["snp_tee_svn", tcb.snp?.tee],
    ["snp_snp_svn", tcb.snp?.snp],
    ["snp_microcode", tcb.snp?.microcode],
  ];
  return [
    ...lists.flatMap(([name, wanted]) => {
      const found = values[name];
      const missing = wanted.filter((each) => !(Array.isArray(found) && found.includes(each)));
      return missing.length > 0 ? [{ name, found, wanted: missing.length === 1 ? missing[0] : missing }] : [];
    }),
    ...floors.flatMap(([name, floor]) => {
      const found = values[name];
      // A host at the release's floor has to pass: some listed floor is no newer.
      const passes = Array.isArray(found) && found.some((each) => typeof each === "number" && each <= (floor ?? 0));
      return floor === undefined || passes ? [] : [{ name, found, wanted: `${floor} or less` }];
    }),
  ];
}
