import { describe, expect, it } from "vitest";
import { parse } from "smol-toml";
import { kubernetesVersionOf, openshiftHostProblems } from "../../../components/openshift/hostProblems";
import { machineConfigs } from "../../../components/openshift/machineConfigs";
import { sampleHost } from "../../support/hosts";

const snp = sampleHost({ name: "genoa", cpu: "Genoa" });
const tdx = sampleHost({ name: "granite", cpu: "Granite Rapids" });

describe("MachineConfigs", () => {
  it("of SEV-SNP hosts set the IOMMU alone, and never pass it through", () => {
    const configs = machineConfigs([snp], "worker");
    expect(configs.map(({ spec }) => spec)).toEqual([{ kernelArguments: ["amd_iommu=on"] }]);
  });

  it("of TDX hosts switch TDX on, and let quotes go by the kernel", () => {
    const [iommu, own] = machineConfigs([tdx], "master");
    expect(iommu?.spec).toEqual({ kernelArguments: ["intel_iommu=on"] });
    expect(own?.spec.kernelArguments).toEqual(["kvm_intel.tdx=1", "nohibernate"]);
    const files = own?.spec.config?.storage.files ?? [];
    const contents = files.map(({ path, contents: { source } }) => [
      path,
      decodeURIComponent(source.slice("data:,".length)),
    ]);
    expect(contents.map(([path]) => path)).toEqual([
      "/etc/modules-load.d/vsock.conf",
      "/etc/kata-containers/kata-tdx/config.d/96-kata-kernel-config",
      "/etc/kata-containers/kata-tdx-nvidia-gpu/config.d/96-kata-kernel-config",
    ]);
    expect(contents[0]?.[1]).toBe("vsock-loopback\n");
    for (const [, toml] of contents.slice(1))
      expect(parse(toml ?? "")).toEqual({ hypervisor: { qemu: { tdx_quote_generation_service_socket_port: 0 } } });
  });

  it("have other names where, and only where, their content differs", () => {
    const names = (hosts: Parameters<typeof machineConfigs>[0]) =>
      machineConfigs(hosts, "worker").map(({ name }) => name);
    expect(names([snp])).toEqual(names([snp, { ...snp, name: "other" }]));
    expect(names([snp])).not.toEqual(names([tdx]).slice(0, 1));
    for (const name of names([tdx])) expect(name).toMatch(/^99-trustfoundry-worker-(iommu|tdx)-[0-9a-f]{10}$/);
  });
});

describe("hosts of one OpenShift cluster", () => {
  it("are of one TEE, which the operator looks for itself", () => {
    expect(openshiftHostProblems([snp])).toEqual([]);
    expect(openshiftHostProblems([snp, tdx])).toEqual([
      expect.stringMatching(/^hosts have snp \(genoa\) and tdx \(granite\): .*one TEE a cluster/) as string,
    ]);
  });

  it.each([
    ["in clear", { ccMode: "off" }, /host plain is not confidential: its GPUs would belong to nobody/],
    ["with switches", { ccMode: "ppcie", gpu: { model: "H100", count: 8 } }, /host plain is in ppcie mode/],
  ] as const)("are refused %s", (_, changes, reason) => {
    const [problem, ...others] = openshiftHostProblems([sampleHost({ name: "plain", ...changes })]);
    expect(problem).toMatch(reason);
    expect(others).toEqual([]);
  });

  it("have the Kubernetes of their OpenShift", () => {
    expect(["4.21.24", "4.22.8"].map(kubernetesVersionOf)).toEqual(["1.34", "1.35"]);
  });
});
