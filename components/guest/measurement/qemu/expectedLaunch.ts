import type { CpuTee } from "../../../host/hardware";
import { boundDigest } from "../../initData";
import type { LaunchOptions } from "../commandLine";
import { commandLine, conditionsOf, fill } from "../commandLine";
import type { GuestImage } from "../guestImage";
import type { LaunchProfile, QemuArgument } from "../launchProfile";

/** Stands where the host chooses, or nothing is known: not compared. */
export const any = "<any>";

/** An argument of QEMU with its value filled in. */
export type ExpectedArgument = Pick<QemuArgument, "argument" | "value" | "open" | "file" | "measuredIn">;

export interface ExpectedLaunch {
  readonly tee: CpuTee;
  readonly arguments: readonly ExpectedArgument[];
}

export interface LaunchInputs {
  readonly image: GuestImage;
  readonly profile: LaunchProfile;
  readonly vcpus: number;
  /** Not compared where absent. */
  readonly memoryMib?: number;
  /** SHA-256 or SHA-384 of the init-data, hex. Not compared where absent. */
  readonly initDataDigest?: string;
  readonly options?: LaunchOptions;
}

/** QEMU's arguments as the profile says them for this guest. */
export function expectedLaunch(inputs: LaunchInputs): ExpectedLaunch {
  const { image, profile, vcpus, memoryMib, initDataDigest, options = {} } = inputs;
  const fields = {
    TEE: profile.tee,
    VCPUS: String(vcpus),
    MEMORY_MIB: memoryMib === undefined ? any : String(memoryMib),
    COMMAND_LINE: commandLine(profile, image, vcpus, options),
    HOST_DATA: initDataDigest === undefined ? any : hostData(profile.tee, initDataDigest),
    ANY: any,
  };
  const conditions = conditionsOf(image, options);
  return {
    tee: profile.tee,
    arguments: profile.arguments
      .filter(({ when = [] }) => when.every((condition) => conditions.has(condition)))
      .map((row) => ({ ...row, value: fill(row.value, fields) })),
  };
}

/** HOST_DATA or MRCONFIGID as QEMU is given it. */
function hostData(tee: CpuTee, digest: string): string {
  return Buffer.from(boundDigest(tee, digest), "hex").toString("base64");
}
