import { aksConfidentialOs } from "../../../components/host/offerings";
import { azureGpuPools } from "../../azure";
import { aksConfidentialGpus } from "../../cloudSources";
import { azureAgentPool, azureCluster } from "../../examples/azure";
import { resourceRule } from "../../rule";

const inCluster = "agentPoolProfiles[1]";
const inClusterPointer = "/agentPoolProfiles/1";

export const azureGpuNodePool = resourceRule({
  id: "azure-gpu-node-pool",
  title:
    "A confidential GPU pool of AKS leaves the driver to the GPU Operator and asks for nothing that such pools lack",
  pillar: "hardware",
  severity: "high",
  threat:
    "AKS installs a driver of its own that confidential mode does not load, and the pool looks ready while no GPU in it can attest.",
  remediation:
    "Write gpuProfile: {driver: None} and osSKU: Ubuntu; leave out FIPS, Trusted Launch, Windows and Kata settings.",
  source: aksConfidentialGpus,
  platforms: ["azure"],
  claims: ["cloud-node-confidential", "gpu-confidential"],
  boundary: { by: "keyBroker", how: "a GPU without a driver in confidential mode gives no evidence" },
  looksAt: azureGpuPools,
  *check({ body }) {
    const driver = body.at("gpuProfile", "driver");
    if (driver.value !== "None") yield driver.finding("lets AKS install a driver; write None");
    if (body.at("enableFIPS").value === true)
      yield body.at("enableFIPS").finding("is not there for confidential nodes");
    // A pool is confidential by its size alone; these two are Trusted Launch.
    for (const key of ["enableSecureBoot", "enableVTPM"]) {
      const trustedLaunch = body.at("securityProfile", key);
      if (trustedLaunch.value === true)
        yield trustedLaunch.finding("is Trusted Launch, which confidential nodes exclude");
    }
    const os = body.at("osType");
    if (os.text === "Windows") yield os.finding("has no confidential nodes");
    const sku = body.at("osSKU");
    if (sku.text !== undefined && !aksConfidentialOs.skus.includes(sku.text))
      yield sku.finding(`is none of ${aksConfidentialOs.skus.join(", ")}`);
    const runtime = body.at("workloadRuntime");
    if (runtime.text?.startsWith("Kata"))
      yield runtime.finding("wants virtual machines inside a confidential one, which has no nested virtualization");
  },
  *remediate(resource) {
    for (const { body } of azureGpuPools.select(resource)) {
      const driver = body.at("gpuProfile", "driver");
      if (driver.steps && driver.value !== "None") yield { path: driver.steps, value: "None" };
    }
  },
  compliant: [azureAgentPool, azureCluster],
  breakages: [
    {
      mistake: "the driver left to AKS",
      path: "/gpuProfile",
      remove: true,
      expect: "gpuProfile.driver",
    },
    {
      mistake: "AKS told to install its driver, in a pool inside a cluster",
      resource: 1,
      path: `${inClusterPointer}/gpuProfile/driver`,
      value: "Install",
      expect: `${inCluster}.gpuProfile.driver`,
    },
    { mistake: "FIPS on confidential nodes", path: "/enableFIPS", value: true, expect: "enableFIPS" },
    {
      mistake: "Trusted Launch on top of a confidential pool",
      path: "/securityProfile",
      value: { enableVTPM: true },
      expect: "securityProfile.enableVTPM",
    },
    { mistake: "Windows on confidential nodes", path: "/osType", value: "Windows", expect: "osType" },
    { mistake: "an Ubuntu without confidential nodes", path: "/osSKU", value: "Ubuntu2204", expect: "osSKU" },
    {
      mistake: "Kata inside a confidential node of AKS",
      resource: 1,
      path: `${inClusterPointer}/workloadRuntime`,
      value: "KataVmIsolation",
      expect: `${inCluster}.workloadRuntime`,
    },
  ],
});
