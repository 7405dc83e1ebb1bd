import { numberField, opaqueFields } from "../evidence/gpuOpaque";
import type { GpuReport } from "../evidence/gpuReport";
import type { GpuManifest } from "../evidence/gpuManifest";
import type { CollateralUse, Findings, VerdictClaimId } from "../finding";
import { factsOf } from "./allowed";
import { manifestProduct } from "./chips";
import type { DeviceKind, GenuineDevice } from "./device";
import type { Gap } from "./gap";
import type { Selection, SuppliedManifest } from "./manifests";
import { manifestUse, select } from "./manifests";

const claim: VerdictClaimId = "gpu-genuine";

/** What comparing a device with manifests came to. */
export interface MeasurementResult {
  readonly gaps: readonly Gap[];
  readonly uses: readonly CollateralUse[];
  /** The manifests that were used, for a look at their signers' revocation. */
  readonly used: readonly Selection["good"][number][];
}

/**
 * Compares a device's measurements with the manifests of its driver and firmware: all that NVIDIA marks active, with any of
 * the values that it accepts. Both manifests are needed to say that a GPU runs what NVIDIA published.
 */
export function examineMeasurements(
  kind: DeviceKind,
  device: GenuineDevice,
  supplied: readonly SuppliedManifest[],
  found: Findings,
): MeasurementResult {
  const { chip, driver, firmware } = factsOf(device);
  const parts =
    kind === "gpu"
      ? ([
          ["driver", "driver", driver],
          ["vbios", "VBIOS", firmware],
        ] as const)
      : ([["bios", "BIOS", firmware]] as const);
  const chosen = parts.map(([id, title, version]) => {
    const selection = select(supplied, manifestProduct(chip), version?.toLowerCase() ?? "");
    // Several for one version: the one that matches, if any does.
    const best =
      selection.good.find(({ manifest }) => mismatches(manifest, device.report).length === 0) ?? selection.good[0];
    return { id, title, version, selection, best };
  });
  const gaps: Gap[] = [];
  for (const { id, title, version, selection, best } of chosen) {
    const check = `${kind}-${id}-manifest`;
    if (best)
      found.verified(check, claim, `NVIDIA signed the manifest of ${title} ${version} that ${best.file.source} holds`);
    else if (selection.problem !== undefined) found.failed(check, claim, selection.problem);
    else
      gaps.push({
        check,
        claim,
        because: `no reference manifest of ${title} ${version ?? "unsaid"} on ${manifestProduct(chip)} was given; get it from NVIDIA's service and pass it as collateral${selection.unreadable.map((each) => `; ${each}`).join("")}`,
        said: ({ manifestsGood }) => (manifestsGood ? "it fetched the manifest and verified its signature" : undefined),
      });
  }
  const used = chosen.flatMap(({ best }) => (best ? [best] : []));
  const complete = used.length === parts.length;
  gaps.push(...compare(kind, device.report, used, complete, found));
  return { gaps, used, uses: chosen.flatMap(({ best, title }) => (best ? [manifestUse(best, title)] : [])) };
}

function compare(
  kind: DeviceKind,
  report: GpuReport,
  used: readonly Selection["good"][number][],
  complete: boolean,
  found: Findings,
): Gap[] {
  const check = `${kind}-measurements`;
  const indices = used.flatMap(({ manifest }) => [...manifest.measurements.keys()]);
  const twice = indices.find((index, place) => indices.indexOf(index) !== place);
  const wrong = used.flatMap(({ manifest }) => mismatches(manifest, report));
  if (twice !== undefined)
    found.failed(check, claim, `the manifests of driver and VBIOS both claim measurement ${twice}`);
  else if (wrong.length > 0)
    found.failed(check, claim, `measurements ${wrong.join(", ")} are not what NVIDIA published for these versions`);
  else if (complete) {
    found.verified(
      check,
      claim,
      `all ${indices.length} measurements that NVIDIA publishes for these versions are equal`,
    );
    found.verified(
      `${kind}-debug`,
      "gpu-confidential",
      "its firmware is the published one, by which NVIDIA's own verifier calls secure boot on and debugging off",
    );
    return otherValues(kind, used);
  }
  if (twice !== undefined || wrong.length > 0) {
    found.failed(`${kind}-debug`, "gpu-confidential", "its firmware is not the published one: debugging may be open");
    return [];
  }
  const because = `${used.length > 0 ? "one manifest alone was given, and what it lists is equal" : "no manifest was given"}: altered firmware that NVIDIA's key signed at some time would not show`;
  return [
    {
      check,
      claim,
      because,
      said: ({ measurements }) => (measurements === "success" ? "measurements equal the manifests'" : undefined),
    },
    {
      check: `${kind}-debug`,
      claim: "gpu-confidential",
      because:
        "a report does not say whether secure boot is on and debugging off; measurements that equal NVIDIA's manifests do",
      said: ({ secureBoot, debugging }) =>
        secureBoot === true && debugging === "disabled" ? "secure boot is on and debugging off" : undefined,
    },
  ];
}

/** Floors of security versions in newer manifests, which are not compared here. */
function otherValues(kind: DeviceKind, used: readonly Selection["good"][number][]): Gap[] {
  const count = used.reduce((sum, { manifest }) => sum + manifest.otherValues, 0);
  if (count === 0) return [];
  return [
    {
      check: `${kind}-security-versions`,
      claim,
      because: `the manifests set ${count} floors of security versions, which are not compared here`,
      said: ({ measurements }) => (measurements === "success" ? "the service found nothing below them" : undefined),
    },
  ];
}

/** Status of a GPU's video decoder: off, its measurement means nothing (NVIDIA/attestation-sdk gpu/verify.cpp). */
const decoderOff = 0x55;
const decoderMeasurement = 35;

/** Indices at which a report has none of a manifest's values. Reports count from 1, manifests from 0. */
function mismatches({ measurements }: GpuManifest, report: GpuReport): number[] {
  const skipped = numberField(report, opaqueFields.nvdec0Status) === decoderOff ? decoderMeasurement : undefined;
  return [...measurements].flatMap(([index, values]) => {
    if (index === skipped) return [];
    const value = report.measurements[index + 1];
    return value !== undefined && values.includes(value) ? [] : [index];
  });
}
