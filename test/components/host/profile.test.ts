import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cpuModels, gpuModels, labels, teeKeyResource } from "../../../components/host/hardware";
import { hostNvSwitches, hostTee, isConfidential } from "../../../components/host/profile";
import { anyHost, sampleHost } from "../../support/hosts";

describe("a host's profile", () => {
  it.each([
    ["Milan", "snp"],
    ["Genoa", "snp"],
    ["Emerald Rapids", "tdx"],
    ["Granite Rapids", "tdx"],
  ] as const)("gives a %s host %s, if the firmware has it on", (cpu, tee) => {
    expect(hostTee(sampleHost({ cpu }))).toBe(tee);
    expect(hostTee(sampleHost({ cpu, teeEnabled: false }))).toBeUndefined();
  });

  it("hands over NVSwitches on Hopper boards in protected PCIe mode alone", () => {
    fc.assert(
      fc.property(anyHost, (host) => {
        const hopper = gpuModels[host.gpu.model].architecture === "hopper";
        expect(hostNvSwitches(host)).toBe(hopper && host.ccMode === "ppcie" ? 4 : 0);
      }),
    );
  });

  it("is confidential only with both the CPU's TEE and the GPUs' mode on", () => {
    fc.assert(
      fc.property(anyHost, (host) => {
        expect(isConfidential(host)).toBe(host.teeEnabled && host.ccMode !== "off");
      }),
    );
  });
});

describe("the hardware tables", () => {
  it("pair each vendor with its own TEE", () => {
    for (const { vendor, tee } of Object.values(cpuModels)) expect(tee).toBe(vendor === "amd" ? "snp" : "tdx");
  });

  it("let a board's GPUs go to one guest only in a mode that the model is validated in", () => {
    for (const [name, model] of Object.entries(gpuModels)) {
      const modes: readonly string[] = model.ccModes;
      if ("multiGpu" in model) expect(modes, name).toContain(model.multiGpu);
      // Blackwell's switches lie outside the TCB, since NVLink is encrypted there.
      expect(model.nvSwitchesInTcb, name).toBe(model.architecture === "hopper" ? 4 : 0);
    }
  });

  it("name TEE labels and key resources after their vendors", () => {
    expect(labels.tee.snp).toMatch(/^amd\./);
    expect(labels.tee.tdx).toMatch(/^intel\./);
    expect(teeKeyResource.snp).toMatch(/amd\.com/);
    expect(teeKeyResource.tdx).toMatch(/intel\.com/);
  });
});
