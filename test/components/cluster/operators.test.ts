import { beforeEach, describe, expect, it } from "vitest";
import { emptyLock } from "../../../components/catalogLock";
import type { ChartPlacement } from "../../../components/chartSource";
import { GpuOperator } from "../../../components/cluster/gpuOperator";
import { NodeFeatures } from "../../../components/cluster/nodeFeatures";
import { NodeMode } from "../../../components/cluster/nodeMode";
import { platformSetNames } from "../../../components/platform";
import { Kata } from "../../../components/runtime/kata";
import { sampleHost } from "../../support/hosts";
import { settled, valueOf } from "../../support/mocks";
import { rehearsalPlacement, standInCharts } from "../../support/placement";
import type { Recording } from "../../support/registrations";
import { childrenOf, named, recordRegistrations, refusal } from "../../support/registrations";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations();
});

const hosts = [sampleHost()];

function install(placement: ChartPlacement) {
  const nodeMode = new NodeMode("mode", { hosts });
  const nodeFeatures = new NodeFeatures("nfd", { placement });
  const kata = new Kata("kata", { placement, nodeFeatures, nodeMode });
  const gpuOperator = new GpuOperator("gpu", { placement, hosts, nodeFeatures, nodeMode });
  return { nodeFeatures, kata, gpuOperator };
}

describe.each(platformSetNames)("the operators of platform set %s", (set) => {
  it("are one namespace and one Helm release each, children of their components", async () => {
    const { nodeFeatures, kata, gpuOperator } = install(rehearsalPlacement(set));
    expect(await valueOf(nodeFeatures.namespace)).toBe("node-feature-discovery");
    expect(await valueOf(kata.namespace)).toBe("kata-system");
    expect(await valueOf(gpuOperator.namespace)).toBe("gpu-operator");
    expect(await valueOf(gpuOperator.status)).toBe("deployed");
    expect(await valueOf(kata.runtimeClassNames)).toEqual([
      "kata-qemu-nvidia-gpu",
      "kata-qemu-nvidia-gpu-snp",
      "kata-qemu-nvidia-gpu-tdx",
    ]);
    await settled();
    for (const component of ["nfd", "kata", "gpu"]) {
      expect(childrenOf(recording, component).map(({ type, name }) => `${type} ${name}`)).toEqual([
        `kubernetes:core/v1:Namespace ${component}-namespace`,
        `kubernetes:helm.sh/v3:Release ${component}-release`,
      ]);
      expect(recording.finished).toContain(named(recording, component).urn);
    }
  });

  // The documented order, kata-deploy first, leaves the TEE labels out for good with kata-deploy 4.0.0.
  it("install Kata and the GPU Operator after NFD and after the hosts were labelled", async () => {
    install(rehearsalPlacement(set));
    await settled();
    for (const release of ["kata-release", "gpu-release"]) {
      expect(named(recording, release).dependencies).toEqual(
        expect.arrayContaining(["nfd-namespace", "nfd-release", "mode-genoa-h100"]),
      );
    }
    expect(named(recording, "nfd-release").dependencies).toEqual(["nfd-namespace"]);
  });

  it("are taken back whole when they fail, and waited for as long as NVIDIA's guide waits", async () => {
    install(rehearsalPlacement(set));
    await settled();
    for (const release of ["nfd-release", "kata-release", "gpu-release"])
      expect(named(recording, release).inputs).toMatchObject({ atomic: true, timeout: 600 });
  });

  it("are the rehearsal's stand-ins when charts come from its directory", async () => {
    install(rehearsalPlacement(set));
    await settled();
    const chart = (release: string) => String(named(recording, release).inputs.chart);
    for (const release of ["nfd-release", "kata-release", "gpu-release"])
      expect(chart(release).startsWith(`${standInCharts}/`), chart(release)).toBe(true);
  });

  it("carry no image without a digest", async () => {
    install(rehearsalPlacement(set));
    await settled();
    const [nfd, kata, gpu] = ["nfd-release", "kata-release", "gpu-release"].map(
      (release) => named(recording, release).inputs.values as Record<string, Record<string, unknown>>,
    );
    const digest = /@sha256:[0-9a-f]{64}$/;
    expect(nfd?.image?.tag).toMatch(digest);
    expect(kata?.image?.reference).toMatch(digest);
    expect(kata?.kubectlImage?.reference).toMatch(digest);
    for (const operand of ["operator", "validator", "ccManager", "vfioManager", "kataSandboxDevicePlugin"])
      expect(gpu?.[operand]?.version, operand).toMatch(digest);
  });
});

describe("an operator without a pin", () => {
  const placement: ChartPlacement = {
    platformSet: "ra-1.1.0",
    charts: { kind: "upstream" },
    pins: { lock: emptyLock, simulated: false },
  };

  it("is refused with the command that makes it, and nothing of it is registered", async () => {
    expect(refusal(() => new NodeFeatures("nfd", { placement }))).toBe(
      "catalog.lock has no digest of images/node-feature-discovery@v0.18.3; run `npm run catalog -- lock` where its registry can be reached",
    );
    await settled();
    expect(childrenOf(recording, "nfd")).toEqual([]);
  });
});

describe("Kata", () => {
  it("refuses timeouts of which an inner one outlasts an outer one", () => {
    const placement = rehearsalPlacement();
    const nodeFeatures = new NodeFeatures("nfd", { placement });
    const nodeMode = new NodeMode("mode", { hosts });
    const timeouts = { kubeletSeconds: 1200, shimSeconds: 1200, agentSeconds: 2400 };
    expect(refusal(() => new Kata("kata", { placement, nodeFeatures, nodeMode, timeouts }))).toMatch(
      /^timeouts: shimSeconds \(1200\) is shorter than agentSeconds \(2400\)/,
    );
  });
});
