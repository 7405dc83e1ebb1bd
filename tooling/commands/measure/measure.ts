import type { GuestImage } from "../../../components/guest/measurement/guestImage";
import { guestImageDigest, parseGuestImage } from "../../../components/guest/measurement/guestImage";
import type { LaunchProfile } from "../../../components/guest/measurement/launchProfile";
import { launchProfileFor } from "../../../components/guest/measurement/launchProfile";
import { commandLine, measureGuest } from "../../../components/guest/measurement/measureGuest";
import type { Comparison } from "../../../components/guest/measurement/qemu/compareWithProfile";
import { compareWithProfile } from "../../../components/guest/measurement/qemu/compareWithProfile";
import { expectedLaunch } from "../../../components/guest/measurement/qemu/expectedLaunch";
import { parseQemuCommandLine } from "../../../components/guest/measurement/qemu/qemuCommandLine";
import { simulatedGuestImage } from "../../../components/guest/measurement/simulatedGuestImage";
import type { Shim } from "../../../components/guest/shape";
import { vmShape } from "../../../components/guest/shape";
import type { CpuTee } from "../../../components/host/hardware";
import { platformSets } from "../../../components/platform";
import { UserError } from "../../ui";
import { readNamed } from "../../files";
import { initDataFileDigest } from "./initDataFile";
import { readLimited } from "./readLimited";
import type { MeasureReport } from "./report";
import { reportText } from "./report";

export interface MeasureOptions {
  readonly guest?: string;
  readonly simulated: boolean;
  readonly tee: CpuTee;
  readonly cpu?: string;
  readonly memory?: string;
  readonly shim: Shim;
  readonly kata?: string;
  readonly initData?: string;
  readonly httpsProxy?: string;
  readonly proxyExceptions?: string;
  readonly fips: boolean;
  readonly debug: boolean;
  readonly against?: string;
  readonly json: boolean;
}

/** What `measure` prints; a comparison that fails makes it end with 1. */
export async function measure(options: MeasureOptions): Promise<string> {
  const found = options.against === undefined ? undefined : await readLimited(options.against, "a QEMU command line");
  const initDataDigest = options.initData === undefined ? undefined : initDataFileDigest(options.initData);
  const report = asUserError(() => compute(options, initDataDigest, found));
  const { comparison } = report;
  if (options.json) {
    if (comparison && !comparison.equal) process.exitCode = 1;
    return JSON.stringify(report, undefined, 2);
  }
  if (comparison && !comparison.equal) {
    // The measurement comes first, so that the message is the last thing on the screen.
    console.log(reportText(report));
    throw refusal(comparison);
  }
  return reportText(report);
}

function compute(
  options: MeasureOptions,
  initDataDigest: string | undefined,
  found: string | undefined,
): MeasureReport {
  const image = imageOf(options);
  if (options.kata !== undefined && options.kata !== image.kata)
    throw new Error(`--kata is ${options.kata}, and ${options.guest} was described for ${image.kata}; use one release`);
  const profile: LaunchProfile = launchProfileFor({ kata: image.kata, tee: options.tee, shim: options.shim });
  const shape = vmShape({ cpu: options.cpu, memory: options.memory }, options.shim);
  const launch = {
    debug: options.debug,
    fips: options.fips,
    httpsProxy: options.httpsProxy,
    noProxy: options.proxyExceptions,
  };
  const inputs = { image, profile, vcpus: shape.vcpus, options: launch };
  const expected = { ...inputs, initDataDigest };
  const compare = (text: string): Comparison =>
    compareWithProfile(
      parseQemuCommandLine(text),
      expectedLaunch({ ...expected, memoryMib: options.memory === undefined ? undefined : shape.memoryMib }),
    );
  return {
    guest: image.name,
    guestDigest: guestImageDigest(image),
    simulated: image.simulated,
    kata: image.kata,
    tee: options.tee,
    shim: options.shim,
    verified: profile.verified,
    cpuLimit: options.cpu,
    vcpus: shape.vcpus,
    cpuModel: profile.cpuModel,
    memoryMib: shape.memoryMib,
    commandLine: commandLine(profile, image, shape.vcpus, launch),
    measurement: measureGuest(inputs),
    mrTdTwoPass: options.tee === "tdx" ? image.firmware.tdx?.mrTd.twoPass : undefined,
    initDataDigest,
    warnings: [
      ...(options.debug ? ["debug opens the guest to its host: no key may be released to this measurement"] : []),
      ...profile.notes,
    ],
    comparison: found === undefined ? undefined : compare(found),
  };
}

function imageOf({ guest, simulated, kata }: MeasureOptions): GuestImage {
  if (simulated === (guest !== undefined)) throw new Error("give either --guest <file> or --simulated");
  if (guest === undefined) return simulatedGuestImage(kata ?? platformSets["ra-1.1.0"].versions.kata);
  const text = readNamed(guest, "a guest image, as `guest describe` writes it");
  try {
    return parseGuestImage(text);
  } catch (error) {
    throw new UserError(`${guest}: ${(error as Error).message}.`);
  }
}

function refusal({ differences, notes }: Comparison): UserError {
  const [first, ...rest] = differences.map(({ sentence, danger }) => (danger ? `${sentence}: ${danger}` : sentence));
  const later = rest.length > 12 ? [...rest.slice(0, 12), `and ${rest.length - 12} more`] : rest;
  return new UserError(
    `QEMU was not started as the launch profile says. First difference: ${first}.`,
    "Its guest is another one than measured: look for who changed it, and release no key to it.",
    [...later, ...notes],
  );
}

/** Pure functions throw plain errors about what they are given; here that is the user's own input. */
function asUserError<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(`${(error as Error).message}.`);
  }
}
