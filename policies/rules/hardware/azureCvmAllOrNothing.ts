import { gpuSizeOf, isAzureConfidentialSize } from "../../../components/host/offerings";
import { azureConfidentialMachines, isConfidentialVm, osDiskOf } from "../../azure";
import { azureMachine, azureScaleSet } from "../../examples/azure";
import { resourceRule } from "../../rule";
import { issue } from "../../sources";

export const azureCvmAllOrNothing = resourceRule({
  id: "azure-cvm-all-or-nothing",
  title: "An Azure machine says in all three places that it is confidential: size, security type, disk encryption",
  pillar: "hardware",
  severity: "critical",
  threat:
    "Azure refuses half of the settings at the last minute, and whoever takes out the rest to get through has a machine whose memory the host reads.",
  remediation:
    "Write securityType: ConfidentialVM, securityEncryptionType: DiskWithVMGuestState and a size of a confidential family, all three.",
  source: issue("hashicorp/terraform-provider-azurerm", 30782),
  platforms: ["azure"],
  claims: ["cloud-node-confidential"],
  boundary: {
    by: "keyBroker",
    how: "a key store that demands azure-compliant-cvm of the token releases nothing to a plain machine",
  },
  looksAt: azureConfidentialMachines,
  *check(machine) {
    const batch = machine.resource.type.endsWith(":Pool");
    const type = machine.securityProfile.at("securityType");
    if (!isConfidentialVm(machine)) {
      const size = machine.size;
      yield type.finding(
        size.known && gpuSizeOf("azure", size.text)
          ? `leaves the memory of ${size.text} open; write ConfidentialVM`
          : "does not go with a disk that is encrypted as a confidential machine's; write ConfidentialVM",
      );
      return;
    }
    const encryption = osDiskOf(machine).at("securityProfile", "securityEncryptionType");
    // Batch pools keep it elsewhere, and the SDK does not demand it there.
    if (!encryption.present && !batch)
      yield encryption.finding("is missing, and Azure refuses a ConfidentialVM without");
    const { size } = machine;
    if (size.text !== undefined && !isAzureConfidentialSize(size.text))
      yield size.finding("is no size that Azure has as ConfidentialVM");
  },
  compliant: [azureMachine, azureScaleSet],
  breakages: [
    {
      mistake: "a confidential size without ConfidentialVM",
      path: "/securityProfile/securityType",
      remove: true,
      expect: "securityProfile.securityType",
    },
    {
      mistake: "Trusted Launch taken for confidential computing",
      path: "/securityProfile/securityType",
      value: "TrustedLaunch",
      expect: "securityProfile.securityType",
    },
    {
      mistake: "ConfidentialVM without an encryption type for its disk",
      path: "/storageProfile/osDisk/managedDisk/securityProfile/securityEncryptionType",
      remove: true,
      expect: "storageProfile.osDisk.managedDisk.securityProfile.securityEncryptionType",
    },
    {
      mistake: "ConfidentialVM on the same GPU's ordinary size",
      path: "/hardwareProfile/vmSize",
      value: "Standard_NC40ads_H100_v5",
      expect: "hardwareProfile.vmSize",
    },
    {
      mistake: "a scale set that forgets what its machines are",
      resource: 1,
      path: "/virtualMachineProfile/securityProfile",
      remove: true,
      expect: "virtualMachineProfile.securityProfile.securityType",
    },
  ],
});
