import { describe, expect, it } from "vitest";
import { cpuTees } from "../../../components/host/hardware";
import {
  expectedRuntimeClasses,
  nvidiaShims,
  runtimeClassNameFor,
  shimNodeSelector,
  shimTee,
} from "../../../components/runtime/runtimeClasses";

describe("NVIDIA's runtime classes", () => {
  it("are one for each TEE and one for hosts whose CC mode is off", () => {
    expect(nvidiaShims.map(shimTee)).toEqual([undefined, "snp", "tdx"]);
    for (const tee of cpuTees) expect(runtimeClassNameFor(tee)).toBe(`kata-qemu-nvidia-gpu-${tee}`);
  });

  it("select hosts that cannot be mixed up: a host satisfies one class at most", () => {
    const [plain, snp, tdx] = nvidiaShims.map(shimNodeSelector);
    expect(plain).toEqual({ "nvidia.com/cc.ready.state": "false" });
    for (const confidential of [snp, tdx]) expect(confidential?.["nvidia.com/cc.ready.state"]).toBe("true");
    expect(Object.keys(snp ?? {})).toContain("amd.feature.node.kubernetes.io/snp");
    expect(Object.keys(tdx ?? {})).toContain("intel.feature.node.kubernetes.io/tdx");
  });

  it("are charged with the guest's own memory, and a TEE key where there is a TEE", () => {
    const [plain, snp, tdx] = expectedRuntimeClasses("ra-1.1.0");
    expect(plain?.overhead).toEqual({ memory: "10240Mi", cpu: "1.0" });
    expect(snp?.overhead).toEqual({ memory: "10240Mi", cpu: "1.0", "sev-snp.amd.com/esids": "1" });
    expect(tdx?.overhead).toEqual({ memory: "10240Mi", cpu: "1.0", "tdx.intel.com/keys": "1" });
  });

  it("select the mark of the installation since Kata 4.1.0", () => {
    const mark = "kata-deploy.katacontainers.io/default";
    for (const { nodeSelector } of expectedRuntimeClasses("ra-1.1.0")) {
      expect(nodeSelector["katacontainers.io/kata-runtime"]).toBe("true");
      expect(Object.keys(nodeSelector)).not.toContain(mark);
    }
    for (const { nodeSelector } of expectedRuntimeClasses("newest")) expect(nodeSelector[mark]).toBe("true");
  });
});
