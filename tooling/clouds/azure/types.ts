import type { TypeRows } from "../cloud";

// Ids as Azure's REST reference has them for each type. Outputs: what programs go on with. Replacements: of machines, what
// azurerm's documentation marks as ForceNew (type and encryption of the TEE, Secure Boot, vTPM, image, zone); the others are common
// knowledge that was not looked up, on the careful side.

const subscription = "/subscriptions/{subscriptionId}";
const group = `${subscription}/resourceGroups/{resourceGroupName}`;
const at = (provider: string) => `${group}/providers/Microsoft.${provider}`;

export const azureTypes: TypeRows = {
  "resources:ResourceGroup": { id: group },

  "network:VirtualNetwork": { id: at("Network/virtualNetworks/{virtualNetworkName}") },
  "network:Subnet": { id: at("Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}") },
  "network:NetworkSecurityGroup": { id: at("Network/networkSecurityGroups/{networkSecurityGroupName}") },
  "network:NatGateway": { id: at("Network/natGateways/{natGatewayName}"), replaces: ["sku", "zones"] },
  "network:PublicIPAddress": {
    id: at("Network/publicIPAddresses/{publicIpAddressName}"),
    outputs: { ipAddress: "{address ip}" },
    replaces: ["sku", "zones", "publicIPAllocationMethod"],
  },
  "network:NetworkInterface": {
    id: at("Network/networkInterfaces/{networkInterfaceName}"),
    outputs: { ipConfigurations: { privateIPAddress: "{address ip}" } },
  },
  "network:PrivateEndpoint": { id: at("Network/privateEndpoints/{privateEndpointName}"), replaces: ["subnet"] },
  "network:PrivateDnsZoneGroup": {
    id: at("Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}"),
  },
  "privatedns:PrivateZone": { id: at("Network/privateDnsZones/{privateZoneName}") },
  "privatedns:VirtualNetworkLink": {
    id: at("Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}"),
  },

  "keyvault:Vault": {
    id: at("KeyVault/vaults/{vaultName}"),
    outputs: { properties: { vaultUri: "https://{name}.vault.azure.net/", hsmPoolResourceId: "" } },
    replaces: ["properties.tenantId"],
  },
  "keyvault:Key": {
    id: at("KeyVault/vaults/{vaultName}/keys/{keyName}"),
    outputs: {
      keyUri: "https://{vaultName}.vault.azure.net/keys/{name}",
      keyUriWithVersion: "https://{vaultName}.vault.azure.net/keys/{name}/{hex 32 version}",
    },
    // Azure/terraform-provider-azurerm issue 25054.
    fixed:
      "Azure Resource Manager makes a key's first version and changes nothing afterwards; give the changed key a new name",
  },
  "keyvault:AccessPolicy": { id: at("KeyVault/vaults/{vaultName}/accessPolicy/{policy.objectId}") },
  "keyvault:ManagedHsm": {
    id: at("KeyVault/managedHSMs/{name}"),
    outputs: { properties: { hsmUri: "https://{name}.managedhsm.azure.net/" } },
    replaces: ["sku", "properties.tenantId", "properties.initialAdminObjectIds"],
  },

  "compute:DiskEncryptionSet": {
    id: at("Compute/diskEncryptionSets/{diskEncryptionSetName}"),
    replaces: ["encryptionType"],
  },
  "compute:VirtualMachine": {
    id: at("Compute/virtualMachines/{vmName}"),
    outputs: { vmId: "{uuid vm}" },
    replaces: [
      "hardwareProfile.vmSize",
      "osProfile",
      "securityProfile.securityType",
      "securityProfile.uefiSettings",
      "storageProfile.imageReference",
      "storageProfile.osDisk",
      "zones",
    ],
  },
  "compute:VirtualMachineExtension": {
    id: at("Compute/virtualMachines/{vmName}/extensions/{vmExtensionName}"),
  },
  "compute:VirtualMachineScaleSet": {
    id: at("Compute/virtualMachineScaleSets/{vmScaleSetName}"),
    outputs: { uniqueId: "{uuid set}" },
    replaces: ["orchestrationMode", "virtualMachineProfile.securityProfile", "zones"],
  },
  "compute:Disk": {
    id: at("Compute/disks/{diskName}"),
    outputs: { uniqueId: "{uuid disk}" },
    replaces: ["creationData", "securityProfile", "zones"],
  },

  "containerservice:ManagedCluster": {
    id: at("ContainerService/managedClusters/{resourceName}"),
    outputs: {
      currentKubernetesVersion: "{kubernetesVersion}",
      fqdn: "{name}.hcp.{location}.azmk8s.io",
      privateFQDN: "{name}.privatelink.{location}.azmk8s.io",
      nodeResourceGroup: "MC_{resourceGroupName}_{name}_{location}",
      oidcIssuerProfile: { issuerURL: "https://{location}.oic.prod-aks.azure.com/{tenantId}/{uuid issuer}/" },
      identityProfile: {
        kubeletidentity: {
          objectId: "{uuid kubelet}",
          clientId: "{uuid kubelet-client}",
          resourceId: "{id}-agentpool",
        },
      },
    },
    replaces: [
      "dnsPrefix",
      "diskEncryptionSetID",
      "networkProfile.networkPlugin",
      "networkProfile.podCidr",
      "networkProfile.serviceCidr",
      "apiServerAccessProfile.enablePrivateCluster",
      "nodeResourceGroup",
    ],
  },
  "containerservice:AgentPool": {
    id: at("ContainerService/managedClusters/{resourceName}/agentPools/{agentPoolName}"),
    outputs: { currentOrchestratorVersion: "{orchestratorVersion}", nodeImageVersion: "SIMULATED" },
    replaces: [
      "availabilityZones",
      "capacityReservationGroupID",
      "enableEncryptionAtHost",
      "enableFIPS",
      "gpuProfile",
      "osDiskSizeGB",
      "osDiskType",
      "osSKU",
      "osType",
      "scaleSetPriority",
      "vmSize",
      "vnetSubnetID",
    ],
  },

  "managedidentity:UserAssignedIdentity": {
    id: at("ManagedIdentity/userAssignedIdentities/{resourceName}"),
    outputs: { principalId: "{uuid principal}", clientId: "{uuid client}", tenantId: "{tenantId}" },
  },
  "managedidentity:FederatedIdentityCredential": {
    id: at(
      "ManagedIdentity/userAssignedIdentities/{resourceName}/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}",
    ),
  },

  "attestation:AttestationProvider": {
    id: at("Attestation/attestationProviders/{providerName}"),
    outputs: { attestUri: "https://{name}.{hex 4 region}.attest.azure.net", trustModel: "AAD", status: "Ready" },
    replaces: ["properties.policySigningCertificates"],
  },

  "authorization:RoleAssignment": {
    id: "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
    replaces: ["principalId", "roleDefinitionId", "principalType", "condition"],
  },
  "authorization:RoleDefinition": {
    id: "/{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
  },
  "authorization:PolicyDefinition": {
    id: `${subscription}/providers/Microsoft.Authorization/policyDefinitions/{policyDefinitionName}`,
    replaces: ["policyType", "mode"],
  },
  "authorization:PolicyAssignment": {
    id: "/{scope}/providers/Microsoft.Authorization/policyAssignments/{policyAssignmentName}",
    replaces: ["policyDefinitionId"],
  },
};
