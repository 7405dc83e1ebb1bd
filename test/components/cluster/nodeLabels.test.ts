import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gpuModels, labels } from "../../../components/host/hardware";
import { isConfidential } from "../../../components/host/profile";
import { hostProblems, nodeLabels } from "../../../components/cluster/nodeLabels";
import { anyHost, sampleHost } from "../../support/hosts";

describe("a host's labels", () => {
  it("never say what only an operator can find out", () => {
    const reported: string[] = [
      labels.ccModeState,
      labels.ccReadyState,
      labels.kataRuntime,
      labels.gpuPresent,
      labels.tee.snp,
      labels.tee.tdx,
    ];
    fc.assert(
      fc.property(anyHost, (host) => {
        expect(Object.keys(nodeLabels(host)).filter((key) => reported.includes(key))).toEqual([]);
      }),
    );
  });

  it("say whose own a host is, of confidential hosts alone", () => {
    fc.assert(
      fc.property(anyHost, (host) => {
        const own = nodeLabels(host, "acme-models")["trustfoundry.dev/tenant"];
        expect(own).toBe(isConfidential(host) ? "acme-models" : undefined);
        expect(nodeLabels(host)).not.toHaveProperty(["trustfoundry.dev/tenant"]);
      }),
    );
  });

  it("ask the GPU Operator for one of the workloads it knows; any other word would mean containers", () => {
    fc.assert(
      fc.property(anyHost, (host) => {
        expect(nodeLabels(host)[labels.workloadConfig]).toBe(isConfidential(host) ? "vm-passthrough" : "container");
      }),
    );
  });

  it("are valid label values for every host", () => {
    fc.assert(
      fc.property(anyHost, (host) => {
        for (const value of Object.values(nodeLabels(host)))
          expect(value).toMatch(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
      }),
    );
  });
});

describe("an impossible host", () => {
  it("is one whose GPUs have no such mode, or whose TEE is off while the GPUs' mode is on", () => {
    fc.assert(
      fc.property(anyHost, (host) => {
        const modes: readonly string[] = [...gpuModels[host.gpu.model].ccModes, "off"];
        const possible = modes.includes(host.ccMode) && (host.teeEnabled || host.ccMode === "off");
        expect(hostProblems(host).length === 0).toBe(possible);
      }),
    );
  });

  it("is told by name, with what to write instead", () => {
    expect(hostProblems(sampleHost({ gpu: { model: "RTX-PRO-6000-BSE", count: 4 }, ccMode: "ppcie" }))).toEqual([
      "host genoa-h100: ccMode ppcie is no confidential mode of RTX-PRO-6000-BSE; write on or off",
    ]);
    expect(hostProblems(sampleHost({ cpu: "Granite Rapids", teeEnabled: false }))).toEqual([
      "host genoa-h100: ccMode on needs TDX, which is off there; switch it on in the firmware, or write off",
    ]);
  });
});
