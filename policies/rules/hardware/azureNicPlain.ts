import { gpuSizeOf } from "../../../components/host/offerings";
import { azureConfidentialMachines, azureDependencies, azureType } from "../../azure";
import { azureSize } from "../../cloudSources";
import { azureMachine, azureNetworkInterface, azureScaleSet } from "../../examples/azure";
import { Place } from "../../place";
import type { Resource } from "../../rule";
import { stackRule } from "../../rule";

const nic = "network:NetworkInterface";

export const azureNicPlain = stackRule({
  id: "azure-nic-plain",
  title: "A confidential GPU machine of Azure has plain network interfaces and SCSI disks",
  pillar: "hardware",
  severity: "medium",
  threat:
    "The size has neither accelerated networking nor NVMe: the machine is refused, or comes up without network, and no guest there can reach a key broker.",
  remediation: "Write enableAcceleratedNetworking: false, and diskControllerType: SCSI or leave it out.",
  source: azureSize,
  platforms: ["azure"],
  claims: ["cloud-node-confidential"],
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  kinds: [...azureConfidentialMachines.kinds, `azure-native:${nic}`],
  *select(resource, all) {
    for (const machine of azureConfidentialMachines.select(resource)) {
      yield { settings: machine.storage, accelerated: undefined, users: [resource] };
      for (const settings of machine.interfaces) yield { settings, accelerated: settings, users: [resource] };
    }
    if (azureType(resource) !== nic) return;
    const users = all.filter((other) => azureDependencies(other, [resource], nic).length > 0);
    const settings = Place.root(resource.props);
    if (users.length > 0) yield { settings, accelerated: settings, users };
  },
  *check({ settings, accelerated, users }) {
    if (!users.some(isGpuMachine)) return;
    const on = accelerated?.at("enableAcceleratedNetworking");
    if (on?.value === true) yield on.finding("is not supported by the size");
    if (accelerated) return;
    const controller = settings.at("diskControllerType");
    if (controller.text?.toLowerCase() === "nvme") yield controller.finding("is not supported by the size");
    const placement = settings.at("osDisk", "diffDiskSettings", "placement");
    if (placement.text === "NvmeDisk") yield placement.finding("is on a disk that the size does not have");
  },
  compliant: [azureMachine, azureScaleSet, azureNetworkInterface],
  breakages: [
    {
      mistake: "accelerated networking for a machine that has none",
      resource: 2,
      path: "/enableAcceleratedNetworking",
      value: true,
      expect: "enableAcceleratedNetworking",
    },
    {
      mistake: "accelerated networking in a scale set's own interface",
      resource: 1,
      path: "/virtualMachineProfile/networkProfile/networkInterfaceConfigurations/0/enableAcceleratedNetworking",
      value: true,
      expect: "virtualMachineProfile.networkProfile.networkInterfaceConfigurations[0].enableAcceleratedNetworking",
    },
    {
      mistake: "NVMe, as the portal offers it",
      path: "/storageProfile/diskControllerType",
      value: "NVMe",
      expect: "storageProfile.diskControllerType",
    },
    {
      mistake: "an ephemeral disk on NVMe",
      path: "/storageProfile/osDisk/diffDiskSettings",
      value: { option: "Local", placement: "NvmeDisk" },
      expect: "storageProfile.osDisk.diffDiskSettings.placement",
    },
  ],
});

function isGpuMachine(resource: Resource): boolean {
  for (const { size } of azureConfidentialMachines.select(resource)) if (gpuSizeOf("azure", size.text)) return true;
  return false;
}
