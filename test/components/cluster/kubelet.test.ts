import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { KubeletSettings } from "../../../components/cluster/kubelet";
import { renderKubeletDropIn } from "../../../components/cluster/kubeletConfiguration";
import { sha256 } from "../../../components/names";
import { defaultPullTimeouts } from "../../../components/runtime/timeouts";
import { settled, valueOf } from "../../support/mocks";
import type { Recording } from "../../support/registrations";
import { childrenOf, named, recordRegistrations, refusal } from "../../support/registrations";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations();
});

const settingsOf = (version: string, kubeletSeconds = 1200) =>
  parse(renderKubeletDropIn(version, { ...defaultPullTimeouts, kubeletSeconds })) as {
    featureGates: Record<string, boolean>;
    runtimeRequestTimeout: string;
  };

describe("the kubelet drop-in", () => {
  it.each([
    ["1.32", true],
    ["v1.33.4", true],
    ["1.34", undefined],
    ["1.36", undefined],
  ])("of Kubernetes %s says KubeletPodResourcesGet: %s, which is on by default since 1.34", (version, gate) => {
    expect(settingsOf(version).featureGates).toEqual({
      RuntimeClassInImageCriApi: true,
      ...(gate && { KubeletPodResourcesGet: gate }),
    });
  });

  it("waits for guest pulls as long as it is told, in kubelet's notation", () => {
    expect(settingsOf("1.36", 2400).runtimeRequestTimeout).toBe("2400s");
  });

  it("is the same text each time, and a KubeletConfiguration", () => {
    expect(renderKubeletDropIn("1.36", defaultPullTimeouts)).toBe(
      "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n" +
        "featureGates:\n  RuntimeClassInImageCriApi: true\nruntimeRequestTimeout: 1200s\n",
    );
  });

  it("refuses a version that is none", () => {
    expect(() => renderKubeletDropIn("stable", defaultPullTimeouts)).toThrow(/write a version such as 1\.36/);
  });
});

describe("KubeletSettings", () => {
  it("keeps the drop-in in a ConfigMap and says its digest, as sha256sum would of the file", async () => {
    const settings = new KubeletSettings("kubelet", { kubernetesVersion: "1.33" });
    const text = renderKubeletDropIn("1.33", defaultPullTimeouts);
    expect(await valueOf(settings.digest)).toBe(sha256(text));
    expect(await valueOf(settings.configMap)).toBe("trustfoundry-system/kubelet-settings");
    await settled();
    expect(childrenOf(recording, "kubelet").map(({ name }) => name)).toEqual(["kubelet-namespace", "kubelet-dropin"]);
    expect(named(recording, "kubelet-dropin").inputs).toMatchObject({ data: { "90-trustfoundry.conf": text } });
    expect(recording.finished).toContain(named(recording, "kubelet").urn);
  });

  it("refuses a kubelet that gives up before the shim does", () => {
    const timeouts = { kubeletSeconds: 600, shimSeconds: 1200, agentSeconds: 1200 };
    expect(refusal(() => new KubeletSettings("kubelet", { kubernetesVersion: "1.36", timeouts }))).toMatch(
      /^timeouts: kubeletSeconds \(600\) is shorter than shimSeconds \(1200\)/,
    );
  });
});
