import { writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { checkout } from "../toolchain/ensure";
import type { Compared } from "./sevSnpMeasure";
import { syntheticFirmwares } from "./syntheticFirmware";

const file = resolve(checkout, "test/components/guest/measurement/snp/golden.json");
const size = 12;

/** Writes some of the oracle's own answers for the tests, which need no Python then. Returns the file's name. */
export function writeGolden(cases: readonly Compared[]): string {
  // Firmware that anybody can make again, and command lines that somebody can read.
  const made = cases.filter(
    ({ combination: { firmware, from, kernel }, answer }) =>
      answer.code === 0 &&
      from === "firmware" &&
      (kernel?.commandLine.length ?? 0) < 500 &&
      syntheticFirmwares.some(({ name }) => name === firmware),
  );
  // Spread over firmwares, VMMs and with or without kernel: the first of each kind, then the next.
  const kinds = new Map<string, Compared[]>();
  for (const each of made) {
    const kind = JSON.stringify([each.combination.firmware, each.combination.vmm, each.kernel !== undefined]);
    kinds.set(kind, [...(kinds.get(kind) ?? []), each]);
  }
  const chosen = [...kinds.values()].flatMap((list) => list.slice(0, 1)).slice(0, size);
  const text = JSON.stringify(
    {
      origin:
        "Answers of sev-snp-measure 0.0.13, recorded by `npm run oracles -- sev-snp-measure --record`. " +
        "The firmwares are SIMULATED: tooling/oracles/syntheticFirmware.ts makes them.",
      cases: chosen.map(({ combination: { firmware, vcpus, cpuType, guestFeatures, vmm }, kernel, answer }) => ({
        firmware,
        kernel,
        vcpus,
        cpuType,
        guestFeatures: `0x${guestFeatures.toString(16)}`,
        vmm,
        launchDigest: answer.out,
      })),
    },
    null,
    2,
  );
  writeFileSync(file, `${text}\n`);
  return relative(checkout, file);
}
