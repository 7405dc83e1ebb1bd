import { releases, trusteeChart } from "./helm";
import { objects } from "./kubernetes";

/** Releases of Trustee's own chart. */
export const trusteeReleases = releases(trusteeChart);

/** What the Trustee operator is told: the key broker's settings in full, or in one word. */
export const operatorConfigs = objects(
  "confidentialcontainers.org/v1alpha1/KbsConfig",
  "confidentialcontainers.org/v1alpha1/TrusteeConfig",
);
