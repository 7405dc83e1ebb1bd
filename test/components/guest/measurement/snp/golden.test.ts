import { describe, expect, it } from "vitest";
import { cpuSignature } from "../../../../../components/guest/measurement/snp/cpuTypes";
import { snpLaunchDigest } from "../../../../../components/guest/measurement/snp/launchDigest";
import { snpFirmware } from "../../../../../components/guest/measurement/snp/snpFirmware";
import type { Vmm } from "../../../../../components/guest/measurement/snp/vmsa";
import { syntheticFirmware, syntheticFirmwares } from "../../../../../tooling/oracles/syntheticFirmware";
import golden from "./golden.json";

describe("launch digests as sev-snp-measure has them", () => {
  it.each(golden.cases.map((each) => [title(each), each] as const))("%s", (_, each) => {
    const made = syntheticFirmwares.find(({ name }) => name === each.firmware)!;
    const digest = snpLaunchDigest({
      firmware: snpFirmware(syntheticFirmware(made)),
      kernel: each.kernel,
      vcpus: each.vcpus,
      cpuSignature: cpuSignature(each.cpuType),
      guestFeatures: BigInt(each.guestFeatures),
      vmm: each.vmm as Vmm,
    });
    expect(digest).toBe(each.launchDigest);
  });

  it("cover every VMM, with and without a kernel", () => {
    const kinds = new Set(golden.cases.map(({ vmm, kernel }) => `${vmm} ${Boolean(kernel)}`));
    expect(kinds.size).toBe(6);
  });
});

function title({ firmware, kernel, vcpus, cpuType, guestFeatures, vmm }: (typeof golden.cases)[number]): string {
  return `${vmm}: ${firmware}, ${vcpus} × ${cpuType}, features ${guestFeatures}${kernel ? ", with a kernel" : ""}`;
}
