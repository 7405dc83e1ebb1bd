import type { CpuTee } from "../../host/hardware";
import type { Shim } from "../shape";
import type { KataVersion } from "./kataVersions";
import { isKataVersion, kataVersions } from "./kataVersions";
import { goKernelParameters } from "./profiles/goKernelParameters";
import { goQemuArguments } from "./profiles/goQemuArguments";
import { rsKernelParameters } from "./profiles/rsKernelParameters";
import { rsQemuArguments } from "./profiles/rsQemuArguments";
import { verifications } from "./profiles/verifications";

/** When a part is there; a part with several needs all of them. */
export type Condition = "rootfs" | "initrd" | "normal" | "debug" | "httpsProxy" | "noProxy" | "fips";

export interface KernelParameters {
  /** Parameters in their order; {NAME} is filled in. */
  readonly value: string;
  readonly when?: readonly Condition[];
  /** Kata releases that have it; all where absent. */
  readonly kata?: readonly KataVersion[];
  /** Where it was read. */
  readonly source: string;
}

/** A register or digest that a part of the launch goes into. */
export type Register = "launch digest" | "MRTD" | "RTMR0" | "RTMR1" | "RTMR2" | "HOST_DATA" | "MRCONFIGID";

export interface QemuArgument {
  readonly argument: string;
  /** As on QEMU's command line; {NAME} is filled in, {ANY} is the host's to choose. */
  readonly value: string;
  readonly tee?: CpuTee;
  readonly kata?: readonly KataVersion[];
  readonly when?: readonly Condition[];
  /** The value may have more options than were read from source: they are not compared. */
  readonly open?: boolean;
  /** A file is compared by its name's pattern, since its path is the host's: its content is measured. */
  readonly file?: RegExp;
  /** What shows a change of it; nothing does where absent. */
  readonly measuredIn?: Partial<Record<CpuTee, Register>>;
  readonly source: string;
}

/** A comparison with the command line of a real QEMU process that was started by this Kata release. */
export interface Verification {
  readonly date: string;
  readonly against: string;
}

/** How one Kata release starts QEMU for a confidential NVIDIA guest: data, each part with the place it was read at. */
export interface LaunchProfile {
  readonly kata: KataVersion;
  readonly tee: CpuTee;
  readonly shim: Shim;
  /** CPU model given to QEMU; its signature is in the VMSA of each vCPU. */
  readonly cpuModel: "EPYC-v4" | "host";
  readonly kernelParameters: readonly KernelParameters[];
  readonly arguments: readonly QemuArgument[];
  /** False until the profile was compared with a real QEMU command line. */
  readonly verified: false | Verification;
  /** What a user of it has to know. */
  readonly notes: readonly string[];
}

export interface ProfileKey {
  /** Version of kata-deploy, e.g. 4.1.0. */
  readonly kata: string;
  readonly tee: CpuTee;
  readonly shim?: Shim;
}

/** The profile, or an Error that says what there is instead. */
export function launchProfileFor({ kata, tee, shim = "go" }: ProfileKey): LaunchProfile {
  if (!isKataVersion(kata))
    throw new Error(`no launch profile of Kata ${kata} is known; there are those of ${kataVersions.join(", ")}`);
  if (shim === "runtime-rs" && kata === "3.29.0")
    throw new Error("Kata 3.29.0 has no runtime-rs class for confidential NVIDIA guests; write shim go");
  // Its QEMU code changed after 4.0.0 and was not read again: a guess would never be noticed before a guest is refused.
  if (shim === "runtime-rs" && kata === "4.1.0")
    throw new Error("the launch by runtime-rs of Kata 4.1.0 was not read from source; write shim go, or Kata 4.0.0");
  const [parameters, args] =
    shim === "go" ? [goKernelParameters, goQemuArguments] : [rsKernelParameters, rsQemuArguments];
  return {
    kata,
    tee,
    shim,
    cpuModel: tee === "snp" ? "EPYC-v4" : "host",
    kernelParameters: parameters.filter((part) => part.kata?.includes(kata) ?? true),
    arguments: args.filter((part) => (part.kata?.includes(kata) ?? true) && (part.tee ?? tee) === tee),
    verified: verifications.find((one) => one.kata === kata && one.tee === tee && one.shim === shim) ?? false,
    notes: kata === "3.29.0" ? [staticCpuManager] : [],
  };
}

/** pkg/oci/utils.go: the fallback to CPU shares came with 4.0.0 (:1585-1597). */
const staticCpuManager =
  "On nodes with the static CPU manager Kata 3.29.0 does not see the CPU limit and starts 1 vCPU; its digest is another one.";
