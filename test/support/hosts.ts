import * as fc from "fast-check";
import { ccModes, cpuModelNames, gpuModelNames } from "../../components/host/hardware";
import type { HostProfile } from "../../components/host/profile";

/** A confidential host of NVIDIA's validated matrix. */
export function sampleHost(changes: Partial<HostProfile> = {}): HostProfile {
  return {
    name: "genoa-h100",
    cpu: "Genoa",
    teeEnabled: true,
    gpu: { model: "H100", count: 8 },
    ccMode: "on",
    cpus: 192,
    memoryGib: 1536,
    ...changes,
  };
}

/** Any combination of vendor, TEE, GPU and mode, possible or not. */
export const anyHost: fc.Arbitrary<HostProfile> = fc.record({
  name: fc.stringMatching(/^[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/),
  cpu: fc.constantFrom(...cpuModelNames),
  teeEnabled: fc.boolean(),
  gpu: fc.record({ model: fc.constantFrom(...gpuModelNames), count: fc.integer({ min: 1, max: 16 }) }),
  ccMode: fc.constantFrom(...ccModes),
  cpus: fc.integer({ min: 2, max: 1024 }),
  memoryGib: fc.integer({ min: 16, max: 16384 }),
});
