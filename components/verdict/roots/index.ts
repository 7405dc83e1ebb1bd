import type { VendorRoots } from "../context";
import { amdRoots } from "./amd";
import { googleConfidentialSpaceRoot } from "./google";
import { intelSgxRootCa } from "./intel";
import { nvidiaDeviceRoot, nvidiaManifestRoot } from "./nvidia";

/** What genuine evidence is verified under: the vendors' own roots, each with its source in the file beside this one. */
export const pinnedRoots: VendorRoots = {
  amd: amdRoots,
  intel: intelSgxRootCa,
  nvidia: nvidiaDeviceRoot,
  nvidiaManifests: nvidiaManifestRoot,
  googleConfidentialSpace: googleConfidentialSpaceRoot,
  simulated: false,
};
