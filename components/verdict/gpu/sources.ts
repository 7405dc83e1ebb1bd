import { sha256 } from "../../names";
import type { CollateralSource } from "../collateralSource";
import type { DeviceEvidence } from "../evidence/attestRequest";
import { nvidiaDeviceRoot } from "../roots/nvidia";
import { EvidenceError } from "../evidence/reader";
import { opaqueFields, textField } from "../evidence/gpuOpaque";
import { factsOf } from "./allowed";
import { architectureOf } from "./chips";
import type { ReadDevice } from "./device";
import { readDevice } from "./device";
import { nrasKeysFile, nrasKeysUrl } from "./nrasToken";
import { ocspRequest } from "./ocspAnswer";
import { answerable } from "./revocation";

const manifestService = "https://rim.attestation.nvidia.com/v1/rim/";
const ocspService = "http://ocsp.ndis.nvidia.com/";

/**
 * What to fetch so that devices can be judged in full: the manifests of their drivers and firmware, OCSP answers about their
 * certificates, and the keys of NVIDIA's attestation service. Nothing of the evidence is believed for it.
 *
 * Source: NVIDIA/nvtrust `cc_admin_utils.py`, `nvswitch_admin_utils.py`; NVIDIA/attestation-sdk `gpu/evidence.cpp`,
 * `switch/evidence.cpp`: how manifests are named.
 */
export function gpuSources(devices: readonly DeviceEvidence[]): CollateralSource[] {
  const sources = devices.flatMap((evidence) => {
    try {
      const device = readDevice(evidence);
      return [...manifestSources(device), ...ocspSources(device.chain)];
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      return [];
    }
  });
  const keys: CollateralSource = {
    kind: "jwks",
    title: "keys of NVIDIA's attestation service",
    url: nrasKeysUrl,
    file: nrasKeysFile,
  };
  const all = devices.length > 0 ? [...sources, keys] : [];
  return all.filter((each, index) => all.findIndex(({ file }) => file === each.file) === index);
}

/** Identifiers of the manifests of a device's driver and firmware, as NVIDIA's service has them. */
export function manifestIds(device: ReadDevice): string[] {
  const { chip, driver, firmware } = factsOf(device);
  const packed = firmware?.replaceAll(".", "").toUpperCase();
  const text = (field: number) => textField(device.report, field)?.trim().toUpperCase();
  switch (architectureOf(chip)) {
    case "LS10":
      // Switches' reports name no project; NVIDIA's verifiers fill in that of the one board there is.
      return packed === undefined ? [] : [`NV_SWITCH_BIOS_5612_0002_890_${packed}`];
    case "HOPPER":
    case "BLACKWELL": {
      const prefix =
        architectureOf(chip) === "HOPPER"
          ? "NV_GPU_DRIVER_GH100"
          : `NV_GPU_CC_DRIVER_${text(opaqueFields.chipInfo) ?? "GB100"}`;
      const board = [opaqueFields.project, opaqueFields.projectSku, opaqueFields.chipSku].map(text);
      return [
        ...(driver === undefined ? [] : [`${prefix}_${driver}`]),
        ...(packed === undefined || board.includes(undefined) ? [] : [`NV_GPU_VBIOS_${board.join("_")}_${packed}`]),
      ];
    }
    default:
      return [];
  }
}

function manifestSources(device: ReadDevice): CollateralSource[] {
  return manifestIds(device)
    .filter((id) => /^[\w.]+$/.test(id))
    .map(manifestSource);
}

/** Where NVIDIA's service has the manifest of this identifier. */
export function manifestSource(id: string): CollateralSource {
  return {
    kind: "nvidia-rim",
    title: `reference manifest ${id}`,
    url: `${manifestService}${id}`,
    file: `${id}.swidtag`,
    base64Member: "rim",
  };
}

function ocspSources(chain: readonly string[]): CollateralSource[] {
  return answerable(chain, nvidiaDeviceRoot, 1).map(({ certificate, issuers }) => {
    const body = ocspRequest(certificate, issuers[0] ?? "");
    return {
      kind: "nvidia-ocsp",
      title: "OCSP answer about a certificate of a device",
      url: ocspService,
      file: `nvidia-${sha256(body).slice(0, 16)}.ocsp`,
      post: { contentType: "application/ocsp-request", body },
    };
  });
}
