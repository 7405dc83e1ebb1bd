import { gpuModels } from "../../host/hardware";
import type { GpuModelName } from "../../host/hardware";
import type { Expected } from "../context";
import type { DeviceArchitecture } from "../evidence/attestRequest";
import type { GpuMode } from "../evidence/gpuOpaque";
import { gpuMode, opaqueFields, textField, vbiosVersion } from "../evidence/gpuOpaque";
import type { Findings, VerdictClaimId } from "../finding";
import { architectureOf, gpuChips, switchChip } from "./chips";
import type { DeviceKind, GenuineDevice, ReadDevice } from "./device";
import type { Gap } from "./gap";

const claim: VerdictClaimId = "gpu-genuine";

/** What a device says of itself: of its report, or of a token about it. */
export interface DeviceFacts {
  readonly chip: string;
  readonly driver?: string;
  /** VBIOS, or a switch's BIOS, lower case. */
  readonly firmware?: string;
}

export function factsOf({ identity, report }: ReadDevice): DeviceFacts {
  const driver = textField(report, opaqueFields.driverVersion);
  const firmware = vbiosVersion(report);
  return { chip: identity.chip, ...(driver !== undefined && { driver }), ...(firmware !== undefined && { firmware }) };
}

/** The chip that the release's GPUs, or their switches, have. */
export function expectedChip(kind: DeviceKind, { gpu }: Expected): string | undefined {
  return kind === "switch" ? switchChip : gpuChips[gpu.model as GpuModelName];
}

/** One comparison with the release; `holds` decides, `good` and `bad` say so. */
interface Comparison {
  readonly check: string;
  readonly holds: boolean;
  readonly good: string;
  readonly bad: string;
}

/** Chip, driver and firmware as the release accepts them. */
export function comparisons(kind: DeviceKind, facts: DeviceFacts, expected: Expected): Comparison[] {
  const { gpu, gpuClaims } = expected;
  const chip = expectedChip(kind, expected);
  const shared = kind === "gpu" && sharedBy(chip).length > 1 ? `, which ${sharedBy(chip).join(" and ")} share` : "";
  const listed = (check: string, what: string, version: string | undefined, accepted: readonly string[]) => ({
    check: `${kind}-${check}`,
    holds: version !== undefined && accepted.some((each) => each.toLowerCase() === version.toLowerCase()),
    good: `${what} ${version}, which the release accepts`,
    bad: `${what} ${version ?? "unsaid"}; the release accepts ${accepted.join(", ") || "none"}`,
  });
  return [
    {
      check: `${kind}-model`,
      holds: chip !== undefined && facts.chip === chip,
      good: `its certificates are of a ${facts.chip}${shared}`,
      bad: `its certificates are of a ${facts.chip || "nameless chip"}; the release names ${kind === "gpu" ? gpu.model : "NVSwitches"}, ${chip}`,
    },
    ...(kind === "gpu"
      ? [
          listed("driver", "driver", facts.driver, gpuClaims.drivers),
          listed("vbios", "VBIOS", facts.firmware, gpuClaims.vbios),
        ]
      : [listed("bios", "BIOS", facts.firmware, gpuClaims.switchBios ?? [])]),
  ];
}

function sharedBy(chip: string | undefined): string[] {
  return Object.entries(gpuChips).flatMap(([model, each]) => (each === chip ? [model] : []));
}

/** Compares a genuine device with the release. */
export function examineAllowed(
  kind: DeviceKind,
  device: GenuineDevice,
  stated: DeviceArchitecture,
  expected: Expected,
  found: Findings,
): void {
  for (const { check, holds, good, bad } of comparisons(kind, factsOf(device), expected))
    found.decide(check, claim, holds, good, bad);
  const actual = architectureOf(device.identity.chip);
  found.decide(
    `${kind}-architecture`,
    claim,
    actual === stated,
    `it was handed in as ${stated}, which it is`,
    `it was handed in as ${stated}, and its certificates are of ${actual ?? "no GPU or NVSwitch"} (${device.identity.chip})`,
  );
}

/** The mode that the release's GPUs have to be passed in. */
export function expectedMode(gpu: Expected["gpu"]): GpuMode {
  if (gpu.nvSwitches > 0) return "ppcie";
  return gpu.count > 1 && gpuModels[gpu.model as GpuModelName].architecture === "blackwell" ? "mpt" : "spt";
}

const modeNames: Readonly<Record<GpuMode, string>> = {
  spt: "confidential mode, one GPU alone",
  mpt: "confidential mode, several GPUs",
  ppcie: "protected PCIe, all GPUs of the board",
};

/** The mode, where the report names it; where not, a token's word has to do. */
export function examineMode({ report }: GenuineDevice, expected: Expected, found: Findings): Gap[] {
  const wanted = expectedMode(expected.gpu);
  const mode = gpuMode(report);
  if (mode !== undefined) {
    found.decide(
      "gpu-mode",
      "gpu-confidential",
      mode === wanted,
      `its report names the mode: ${modeNames[mode]}`,
      `its report names the mode ${modeNames[mode]}; the release's GPUs run in ${modeNames[wanted]}`,
    );
    return [];
  }
  const driver = textField(report, opaqueFields.driverVersion) ?? "its driver";
  return [
    {
      check: "gpu-mode",
      claim: "gpu-confidential",
      because: `driver ${driver} writes no mode into reports; newer ones do (seen from 560 on). A GPU without confidential mode makes no report, but nothing signed says so`,
      said: ({ secureBoot, debugging }) =>
        secureBoot === true && debugging === "disabled"
          ? "secure boot is on and debugging off; the mode itself the service does not name"
          : undefined,
    },
  ];
}
