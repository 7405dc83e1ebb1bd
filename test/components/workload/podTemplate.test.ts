import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gpuModelNames } from "../../../components/host/hardware";
import { podTemplate } from "../../../components/workload/podTemplate";
import { sampleRelease } from "../../support/release";

const options = { storageClassName: "local-block", serviceAccountName: "llama-8b" };

type Plain = Record<string, never> & {
  metadata: { annotations: Record<string, string> };
  spec: {
    runtimeClassName: string;
    tolerations: unknown;
    nodeSelector: Record<string, string>;
    automountServiceAccountToken: boolean;
    securityContext: Record<string, unknown>;
    containers: {
      image: string;
      env?: unknown;
      resources: { limits: Record<string, string>; requests: Record<string, string> };
    }[];
    volumes: Record<string, unknown>[];
  };
};
const template = (changes = {}) => podTemplate(sampleRelease(changes), options) as unknown as Plain;

describe("the pod of a release", () => {
  it("runs in the release's runtime class with its init-data, image by digest and explicit ids", () => {
    const pod = template();
    expect(pod.spec.runtimeClassName).toBe("kata-qemu-nvidia-gpu-snp");
    expect(pod.metadata.annotations["io.katacontainers.config.hypervisor.cc_init_data"]).toBe(
      sampleRelease().initData.annotation,
    );
    expect(pod.spec.containers[0]?.image).toMatch(/@sha256:a{64}$/);
    expect(pod.spec.securityContext).toMatchObject({
      runAsUser: 1000,
      runAsGroup: 1000,
      supplementalGroups: [1000],
      runAsNonRoot: true,
    });
    expect(pod.spec.automountServiceAccountToken).toBe(false);
  });

  it("carries no hypervisor annotation but init-data, and no environment", () => {
    const pod = template();
    const hypervisor = Object.keys(pod.metadata.annotations).filter((key) => key.startsWith("io.katacontainers."));
    expect(hypervisor).toEqual(["io.katacontainers.config.hypervisor.cc_init_data"]);
    expect(pod.spec.containers[0]).not.toHaveProperty("env");
  });

  it("asks for NVSwitches only where they belong to the guest", () => {
    expect(template().spec.containers[0]?.resources.limits).not.toHaveProperty("nvidia.com/nvswitch");
    const eight = template({ gpu: { model: "H100", count: 8, nvSwitches: 4 } });
    expect(eight.spec.containers[0]?.resources.limits).toMatchObject({
      "nvidia.com/pgpu": "8",
      "nvidia.com/nvswitch": "4",
    });
  });

  it("reaches hosts that are tainted for GPU pods, and tolerates nothing else", () => {
    const { tolerations } = template().spec;
    expect(tolerations).toEqual([{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }]);
  });

  it("asks for hosts of its tenant's own, and tolerates their taint and nobody else's", () => {
    const own = podTemplate(sampleRelease(), { ...options, dedicatedTo: "acme-models" }) as unknown as Plain;
    expect(own.spec.nodeSelector).toHaveProperty(["trustfoundry.dev/tenant"], "acme-models");
    expect(own.spec.tolerations).toContainEqual({
      key: "trustfoundry.dev/tenant",
      operator: "Equal",
      value: "acme-models",
      effect: "NoSchedule",
    });
    expect(template().spec.nodeSelector).not.toHaveProperty(["trustfoundry.dev/tenant"]);
  });

  it("confines a simulated release to simulated hosts, and only that one", () => {
    expect(template().spec.nodeSelector).toHaveProperty(["trustfoundry.dev/simulated"], "true");
    expect(template({ simulated: false }).spec.nodeSelector).not.toHaveProperty(["trustfoundry.dev/simulated"]);
  });

  it("has no volume of the host's, and unpacks images on a raw block device", () => {
    const kinds = template().spec.volumes.flatMap((volume) => Object.keys(volume).filter((key) => key !== "name"));
    expect(kinds.sort()).toEqual(["emptyDir", "ephemeral"]);
  });

  it("renders requests equal to limits for any shape", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...gpuModelNames),
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 1, max: 512 }),
        (model, count, cpus) => {
          const pod = template({
            gpu: { model, count, nvSwitches: count === 8 ? 4 : 0 },
            shape: { cpus, memoryGib: 48, vcpus: cpus + 1 },
          });
          const { requests, limits } = pod.spec.containers[0]?.resources ?? {};
          expect(requests).toEqual(limits);
          expect(limits).toMatchObject({ "nvidia.com/pgpu": String(count), cpu: String(cpus) });
          expect(pod.spec.nodeSelector["trustfoundry.dev/gpu-model"]).toBe(model);
        },
      ),
    );
  });
});
