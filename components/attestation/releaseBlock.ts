import { boundDigest } from "../guest/initData";
import type { ResourcePlugin } from "../images/kbsResource";
import { requestPath } from "../images/kbsResource";
import { canonicalJson } from "../names";
import type { Release } from "../workload/release";
import type { AdmittedRelease } from "./admittedRelease";
import { keyWindow } from "./admittedRelease";

/** What the resource policy holds a token against, for one release: data, no rules. */
export function releaseBlock(admitted: AdmittedRelease, plugin: ResourcePlugin): Readonly<Record<string, unknown>> {
  const { release } = admitted;
  const { gpu, tee, gpuClaims } = release;
  return {
    // By the time in the token, which the attestation service signed, in seconds since 1970.
    ...keyWindow(admitted),
    paths: release.resources
      .map((path) => requestPath(plugin, path))
      .sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1)),
    init_data: boundDigest(tee, release.initData.digest),
    cpu: tee === "snp" ? snpBlock(release) : tdxBlock(release),
    submods: submodsOf(gpu),
    gpus: gpu.count,
    switches: gpu.nvSwitches,
    drivers: sortedList(gpuClaims.drivers),
    vbios: sortedList(gpuClaims.vbios),
    ...(gpu.nvSwitches > 0 && { switch_bios: sortedList(gpuClaims.switchBios) }),
  };
}

function snpBlock({ launch, tcb }: Release) {
  return { tee: "snp", measurement: launch.snp?.measurement, floor: tcb.snp };
}

function tdxBlock({ launch, tcb }: Release) {
  return {
    tee: "tdx",
    mr_td: launch.tdx?.mrTd,
    rtmr_1: launch.tdx?.rtmr1,
    rtmr_2: launch.tdx?.rtmr2,
    xfam: sortedList(tcb.tdx?.xfam),
    attributes: sortedList(tcb.tdx?.attributes),
    mr_seam: tcb.tdx?.mrSeam ? sortedList(tcb.tdx.mrSeam) : null,
  };
}

/** Exactly these parts a token must have; Trustee adds ppcie0 where eight GPUs and four switches name each other. */
export function submodsOf({ count, nvSwitches }: Release["gpu"]): string[] {
  const numbered = (kind: string, many: number) => Array.from({ length: many }, (_, index) => `${kind}${index}`);
  const names = ["cpu0", ...numbered("gpu", count), ...numbered("switch", nvSwitches)];
  return (nvSwitches > 0 ? [...names, "ppcie0"] : names).sort();
}

/** Each once, in an order of its own. */
export function sortedList<T extends string | number>(values: readonly T[] = []): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
