import type { GuestImage } from "../../components/guest/measurement/guestImage";
import { guestImageDigest } from "../../components/guest/measurement/guestImage";
import { kataVersions } from "../../components/guest/measurement/kataVersions";
import { launchProfileFor } from "../../components/guest/measurement/launchProfile";
import type { GuestMeasurement } from "../../components/guest/measurement/measureGuest";
import { measureGuest } from "../../components/guest/measurement/measureGuest";
import { simulatedGuestImage } from "../../components/guest/measurement/simulatedGuestImage";
import { releaseId } from "../../components/attestation/admittedRelease";
import type { CpuTee } from "../../components/host/hardware";
import type { Release } from "../../components/workload/release";
import type { Snapshot } from "./snapshot";

/** Largest virtual machine that is tried. */
const mostVcpus = 256;

/** What a measurement is of, register by register, in Trustee's names. */
type Registers = Readonly<Record<string, unknown>>;

/**
 * How the guest that measures like this differs from the release's: another release's guest, or, computed from guest images
 * that are known, another number of vCPUs, another image, debugging. Undefined where none of them measures like this.
 */
export function measuredDifferently(snapshot: Snapshot, release: Release, found: Registers): string | undefined {
  const other = snapshot.releases.find(
    (each) => each !== release && each.tee === release.tee && same(registersOf(each.launch), found, release.tee),
  );
  if (other) return `the measurement of release ${releaseId(other)}`;
  for (const image of imagesFor(snapshot, release)) {
    const named = guestImageDigest(image) === release.guestImage?.digest ? [] : [`guest image ${image.name}`];
    for (const debug of [false, true])
      for (const vcpus of vcpuCounts(release)) {
        if (!same(measured(image, release.tee, vcpus, debug), found, release.tee)) continue;
        const differs = [
          ...named,
          ...(vcpus === release.shape.vcpus ? [] : [`${vcpus} vCPUs instead of ${release.shape.vcpus}`]),
          ...(debug ? ["debugging switched on"] : []),
        ];
        if (differs.length > 0) return differs.join(" and ");
      }
  }
  return undefined;
}

const registers: Readonly<Record<CpuTee, readonly string[]>> = {
  snp: ["measurement"],
  tdx: ["mr_td", "rtmr_1", "rtmr_2"],
};

/** A release's registers, in Trustee's names. */
export function registersOf({ snp, tdx }: Release["launch"]): Registers {
  return {
    ...(snp && { measurement: snp.measurement }),
    ...(tdx && { mr_td: tdx.mrTd, rtmr_1: tdx.rtmr1, rtmr_2: tdx.rtmr2 }),
  };
}

function same(a: Registers | undefined, b: Registers, tee: CpuTee): boolean {
  return a !== undefined && registers[tee].every((name) => a[name] !== undefined && a[name] === b[name]);
}

/** The release's own count first. */
function vcpuCounts({ shape }: Release): number[] {
  const all = Array.from({ length: mostVcpus }, (_, index) => index + 1);
  return [shape.vcpus, ...all.filter((vcpus) => vcpus !== shape.vcpus)];
}

/** Images that were given; a rehearsal's are made up by version, so each is known. */
function imagesFor({ guestImages }: Snapshot, { simulated, measuredBy }: Release): readonly GuestImage[] {
  return simulated && measuredBy === "simulated"
    ? [...guestImages, ...kataVersions.map(simulatedGuestImage)]
    : guestImages;
}

function measured(image: GuestImage, tee: CpuTee, vcpus: number, debug: boolean): Registers | undefined {
  let measurement: GuestMeasurement;
  try {
    const profile = launchProfileFor({ kata: image.kata, tee, shim: "go" });
    measurement = measureGuest({ image, profile, vcpus, options: { debug } });
  } catch {
    // An image that was described for the other TEE, or a version without a profile: nothing to compare with.
    return undefined;
  }
  return measurement.tee === "snp"
    ? { measurement: measurement.launchDigest }
    : { mr_td: measurement.mrTd, rtmr_1: measurement.rtmr1, rtmr_2: measurement.rtmr2 };
}
