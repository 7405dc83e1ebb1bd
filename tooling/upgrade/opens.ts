import { canonicalJson } from "../../components/names";
import type { Release } from "../../components/workload/release";

/**
 * Whether a guest of `guest`, on the oldest firmware that it may run on, satisfies the block of `block` and may be given
 * its own resources by it. Where it does, taking `guest` out of the key broker keeps nothing from it: a release with a
 * longer validity, more replicas or a wider list of drivers has the guests of the one before.
 */
export function opens(guest: Release, block: Release): boolean {
  const same = (part: (release: Release) => unknown) =>
    canonicalJson(part(guest) ?? null) === canonicalJson(part(block) ?? null);
  return (
    same(({ tee }) => tee) &&
    same(({ launch }) => launch) &&
    same(({ initData }) => initData.digest) &&
    same(({ gpu }) => gpu) &&
    guest.resources.every((path) => block.resources.includes(path)) &&
    firmwareSuffices(guest, block) &&
    first(guest.gpuClaims.drivers, block.gpuClaims.drivers) &&
    first(guest.gpuClaims.vbios, block.gpuClaims.vbios) &&
    (guest.gpu.nvSwitches === 0 || first(guest.gpuClaims.switchBios, block.gpuClaims.switchBios))
  );
}

/** The firmware that evidence is simulated with is the first of each list (tooling/attestation/deviceSpecs.ts). */
function first(own: readonly string[] = [], accepted: readonly string[] = []): boolean {
  return own[0] !== undefined && accepted.includes(own[0]);
}

function firmwareSuffices({ tcb: own }: Release, { tcb: floor }: Release): boolean {
  if (own.snp && floor.snp)
    return (["bootloader", "tee", "snp", "microcode"] as const).every(
      (part) => (own.snp?.[part] ?? 0) >= (floor.snp?.[part] ?? 0),
    );
  if (own.tdx && floor.tdx)
    return (
      first(own.tdx.xfam, floor.tdx.xfam) &&
      first(own.tdx.attributes, floor.tdx.attributes) &&
      (floor.tdx.mrSeam === undefined || first(own.tdx.mrSeam, floor.tdx.mrSeam))
    );
  return false;
}
