import { createHash } from "node:crypto";
import { canonicalJson } from "../names";
import type { CpuTee } from "../host/hardware";

/** What a guest's measurement really depends on, as far as a rehearsal knows it. */
export interface MeasuredParts {
  readonly tee: CpuTee;
  /** Kata's version stands for firmware, kernel and command line, which come with it. */
  readonly kata: string;
  readonly runtimeClassName: string;
  readonly vcpus: number;
}

export interface GuestMeasurement {
  /** SNP launch digest or TDX MRTD, 48 bytes hex. */
  readonly launchMeasurement: string;
  /** TDX only. */
  readonly rtmrs?: { readonly rtmr1: string; readonly rtmr2: string };
}

/**
 * SIMULATED: measurements for a rehearsal. They change with what the real ones change with (an SNP digest with the vCPU
 * count, a TDX one not) and are the digest of a sentence that says so: no firmware, kernel or guest has them.
 */
export function simulatedMeasurement({ tee, kata, runtimeClassName, vcpus }: MeasuredParts): GuestMeasurement {
  if (tee === "snp") return { launchMeasurement: madeUp("SNP launch digest", { kata, runtimeClassName, vcpus }) };
  return {
    launchMeasurement: madeUp("TDX MRTD", { kata }),
    rtmrs: {
      rtmr1: madeUp("TDX RTMR1", { kata, runtimeClassName }),
      rtmr2: madeUp("TDX RTMR2", { kata, runtimeClassName }),
    },
  };
}

function madeUp(what: string, parts: Readonly<Record<string, unknown>>): string {
  return createHash("sha384")
    .update(`SIMULATED, not a measurement of anything: ${what} of ${canonicalJson(parts)}`)
    .digest("hex");
}
