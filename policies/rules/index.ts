// Made from the files beside it by `npm run docs`; do not edit.
import type { Rule } from "../rule";
import { azureConfidentialDisk } from "./hardware/azureConfidentialDisk";
import { azureCvmAllOrNothing } from "./hardware/azureCvmAllOrNothing";
import { azureEncryptionMatrix } from "./hardware/azureEncryptionMatrix";
import { azureGpuNodePool } from "./hardware/azureGpuNodePool";
import { azureImageConfidential } from "./hardware/azureImageConfidential";
import { azureImagePinned } from "./hardware/azureImagePinned";
import { azureNicPlain } from "./hardware/azureNicPlain";
import { azureRegionOffered } from "./hardware/azureRegionOffered";
import { azureSecureBoot } from "./hardware/azureSecureBoot";
import { azureSizeDocumented } from "./hardware/azureSizeDocumented";
import { ccManagerOn } from "./hardware/ccManagerOn";
import { cloudGpuUndivided } from "./hardware/cloudGpuUndivided";
import { firmwarePlanComplete } from "./hardware/firmwarePlanComplete";
import { firmwarePlanStaged } from "./hardware/firmwarePlanStaged";
import { firmwareRegistrationChosen } from "./hardware/firmwareRegistrationChosen";
import { gcpCapacityOffered } from "./hardware/gcpCapacityOffered";
import { gcpConfidentialDisk } from "./hardware/gcpConfidentialDisk";
import { gcpConfidentialStorage } from "./hardware/gcpConfidentialStorage";
import { gcpConfidentialTypeNamed } from "./hardware/gcpConfidentialTypeNamed";
import { gcpDriverInstallPlanned } from "./hardware/gcpDriverInstallPlanned";
import { gcpGkeVersion } from "./hardware/gcpGkeVersion";
import { gcpGpuConfidential } from "./hardware/gcpGpuConfidential";
import { gcpImageTdxCapable } from "./hardware/gcpImageTdxCapable";
import { gcpMachineConfidential } from "./hardware/gcpMachineConfidential";
import { gcpMaintenanceTerminate } from "./hardware/gcpMaintenanceTerminate";
import { gcpOneGpu } from "./hardware/gcpOneGpu";
import { gcpPoolConfidential } from "./hardware/gcpPoolConfidential";
import { gcpPoolPlain } from "./hardware/gcpPoolPlain";
import { gcpProvisioningCompanions } from "./hardware/gcpProvisioningCompanions";
import { gcpZoneOffered } from "./hardware/gcpZoneOffered";
import { gpuNamesKept } from "./hardware/gpuNamesKept";
import { gpuNotShared } from "./hardware/gpuNotShared";
import { gpuOperandsRun } from "./hardware/gpuOperandsRun";
import { gpuSetComplete } from "./hardware/gpuSetComplete";
import { hostCpusOnline } from "./hardware/hostCpusOnline";
import { hostKernelClosed } from "./hardware/hostKernelClosed";
import { nodeCcMode } from "./hardware/nodeCcMode";
import { nodeGpuWhole } from "./hardware/nodeGpuWhole";
import { nodePassthrough } from "./hardware/nodePassthrough";
import { nodeReadinessObserved } from "./hardware/nodeReadinessObserved";
import { nodeUnitOnClouds } from "./hardware/nodeUnitOnClouds";
import { nodeWorkloadMode } from "./hardware/nodeWorkloadMode";
import { nvswitchesBound } from "./hardware/nvswitchesBound";
import { passthroughOnBareMetal } from "./hardware/passthroughOnBareMetal";
import { ppcieNeedsKata } from "./hardware/ppcieNeedsKata";
import { snpWithoutIommuPt } from "./hardware/snpWithoutIommuPt";
import { tdxCertificatesVerified } from "./hardware/tdxCertificatesVerified";
import { tdxQuotesBySocket } from "./hardware/tdxQuotesBySocket";
import { tdxRegistrationSaid } from "./hardware/tdxRegistrationSaid";
import { azureKataCcRetired } from "./runtime/azureKataCcRetired";
import { confidentialRuntimeClass } from "./runtime/confidentialRuntimeClass";
import { gracefulTermination } from "./runtime/gracefulTermination";
import { kataAnnotationsClosed } from "./runtime/kataAnnotationsClosed";
import { kataDebugOff } from "./runtime/kataDebugOff";
import { kataDistributionKnown } from "./runtime/kataDistributionKnown";
import { kataDropInClosed } from "./runtime/kataDropInClosed";
import { kataFeatureRules } from "./runtime/kataFeatureRules";
import { kataGoShims } from "./runtime/kataGoShims";
import { kataGuestPull } from "./runtime/kataGuestPull";
import { kataNumaOff } from "./runtime/kataNumaOff";
import { kataOverheadKept } from "./runtime/kataOverheadKept";
import { kataShimsChosen } from "./runtime/kataShimsChosen";
import { kataTimeoutsLong } from "./runtime/kataTimeoutsLong";
import { kataVersionPatched } from "./runtime/kataVersionPatched";
import { kernelParametersClosed } from "./runtime/kernelParametersClosed";
import { noDebugRuntimeClass } from "./runtime/noDebugRuntimeClass";
import { noGuestsOnNodes } from "./runtime/noGuestsOnNodes";
import { nodeGpuRequested } from "./runtime/nodeGpuRequested";
import { onlyInitDataAnnotation } from "./runtime/onlyInitDataAnnotation";
import { openshiftConfidentialGate } from "./runtime/openshiftConfidentialGate";
import { openshiftGatesFirst } from "./runtime/openshiftGatesFirst";
import { peerPodAnnotations } from "./runtime/peerPodAnnotations";
import { peerPodsConfidential } from "./runtime/peerPodsConfidential";
import { runtimeClassHandlerNamed } from "./runtime/runtimeClassHandlerNamed";
import { runtimeClassOverhead } from "./runtime/runtimeClassOverhead";
import { runtimeClassSelectsTee } from "./runtime/runtimeClassSelectsTee";
import { agentPolicyClosed } from "./guest/agentPolicyClosed";
import { configurationInManifest } from "./guest/configurationInManifest";
import { gcpConfidentialSpaceProduction } from "./guest/gcpConfidentialSpaceProduction";
import { guestKeyBrokerTls } from "./guest/guestKeyBrokerTls";
import { guestKeysFromBroker } from "./guest/guestKeysFromBroker";
import { guestRegistriesTls } from "./guest/guestRegistriesTls";
import { initDataDigestMatches } from "./guest/initDataDigestMatches";
import { initDataFits } from "./guest/initDataFits";
import { initDataPresent } from "./guest/initDataPresent";
import { loaderVariablesAbsent } from "./guest/loaderVariablesAbsent";
import { noExecProbes } from "./guest/noExecProbes";
import { noInteractiveContainers } from "./guest/noInteractiveContainers";
import { noPlainVolumes } from "./guest/noPlainVolumes";
import { noSharedProcesses } from "./guest/noSharedProcesses";
import { peerPodInitData } from "./guest/peerPodInitData";
import { podLimitsSet } from "./guest/podLimitsSet";
import { serviceLinksOff } from "./guest/serviceLinksOff";
import { attestationCallersKnown } from "./attestation/attestationCallersKnown";
import { attestationPolicyEarned } from "./attestation/attestationPolicyEarned";
import { attestationServicesInternal } from "./attestation/attestationServicesInternal";
import { attestationShortLived } from "./attestation/attestationShortLived";
import { attestationTokenTrusted } from "./attestation/attestationTokenTrusted";
import { azureDiskEncryptionSet } from "./attestation/azureDiskEncryptionSet";
import { azureDiskKeyConfidential } from "./attestation/azureDiskKeyConfidential";
import { azureDiskKeyReleased } from "./attestation/azureDiskKeyReleased";
import { azureKeysPurgeProtected } from "./attestation/azureKeysPurgeProtected";
import { azureReleaseAuthority } from "./attestation/azureReleaseAuthority";
import { azureReleasePolicy } from "./attestation/azureReleasePolicy";
import { azureReleasePolicyClaims } from "./attestation/azureReleasePolicyClaims";
import { azureReleaseRegion } from "./attestation/azureReleaseRegion";
import { azureVaultClosed } from "./attestation/azureVaultClosed";
import { cloudOwnerKeys } from "./attestation/cloudOwnerKeys";
import { debugGuestsRefused } from "./attestation/debugGuestsRefused";
import { externalSecretsBounded } from "./attestation/externalSecretsBounded";
import { gcpAttestationCondition } from "./attestation/gcpAttestationCondition";
import { gcpAttestationGpu } from "./attestation/gcpAttestationGpu";
import { gcpKeysNotPublic } from "./attestation/gcpKeysNotPublic";
import { gcpPrincipalSet } from "./attestation/gcpPrincipalSet";
import { gpuVerifierJudges } from "./attestation/gpuVerifierJudges";
import { gpusCounted } from "./attestation/gpusCounted";
import { initDataPinned } from "./attestation/initDataPinned";
import { intelTokenJudged } from "./attestation/intelTokenJudged";
import { intelTrustAuthorityStrict } from "./attestation/intelTrustAuthorityStrict";
import { kbsAdminClosed } from "./attestation/kbsAdminClosed";
import { kbsTransportTls } from "./attestation/kbsTransportTls";
import { keyBrokerClientsKnown } from "./attestation/keyBrokerClientsKnown";
import { keyBrokerServiceBounded } from "./attestation/keyBrokerServiceBounded";
import { keyBrokerTlsModern } from "./attestation/keyBrokerTlsModern";
import { keyBrokerTlsPassthrough } from "./attestation/keyBrokerTlsPassthrough";
import { keyStoreVerified } from "./attestation/keyStoreVerified";
import { measurementPinned } from "./attestation/measurementPinned";
import { measurementsAgree } from "./attestation/measurementsAgree";
import { operatorKeyBrokerComplete } from "./attestation/operatorKeyBrokerComplete";
import { operatorKeyBrokerOneProcess } from "./attestation/operatorKeyBrokerOneProcess";
import { operatorMapsOurs } from "./attestation/operatorMapsOurs";
import { ownerSecretsAway } from "./attestation/ownerSecretsAway";
import { partiesApart } from "./attestation/partiesApart";
import { referenceValuesTyped } from "./attestation/referenceValuesTyped";
import { resourcePathsNamed } from "./attestation/resourcePathsNamed";
import { resourcePolicyAffirming } from "./attestation/resourcePolicyAffirming";
import { resourcePolicyConditional } from "./attestation/resourcePolicyConditional";
import { sampleEvidenceRefused } from "./attestation/sampleEvidenceRefused";
import { tcbFloorSet } from "./attestation/tcbFloorSet";
import { tdxKernelPinned } from "./attestation/tdxKernelPinned";
import { tokenNotVerbose } from "./attestation/tokenNotVerbose";
import { trusteeCredentialsSecret } from "./attestation/trusteeCredentialsSecret";
import { trusteeLogsQuiet } from "./attestation/trusteeLogsQuiet";
import { trusteePodsHardened } from "./attestation/trusteePodsHardened";
import { trusteeReplicasShare } from "./attestation/trusteeReplicasShare";
import { trusteeSettingsKnown } from "./attestation/trusteeSettingsKnown";
import { trusteeStorageKept } from "./attestation/trusteeStorageKept";
import { trusteeStorageReadOnly } from "./attestation/trusteeStorageReadOnly";
import { gcpWorkloadByDigest } from "./images/gcpWorkloadByDigest";
import { imageNotShared } from "./images/imageNotShared";
import { imagePolicyRejects } from "./images/imagePolicyRejects";
import { imagesByDigest } from "./images/imagesByDigest";
import { mirrorsNeverFallBack } from "./images/mirrorsNeverFallBack";
import { noHostPullCredentials } from "./images/noHostPullCredentials";
import { noPlainSecrets } from "./images/noPlainSecrets";
import { pccsCredentialsSecret } from "./images/pccsCredentialsSecret";
import { secretsSealed } from "./images/secretsSealed";
import { tenantImageAccepted } from "./images/tenantImageAccepted";
import { tenantRegistryAccepted } from "./images/tenantRegistryAccepted";
import { admissionPoliciesKept } from "./cluster/admissionPoliciesKept";
import { chartSourceVerified } from "./cluster/chartSourceVerified";
import { chartsPinned } from "./cluster/chartsPinned";
import { cloudDriverFloor } from "./cluster/cloudDriverFloor";
import { cloudNodesPrivate } from "./cluster/cloudNodesPrivate";
import { clusterAdminNotBound } from "./cluster/clusterAdminNotBound";
import { confidentialLabelKept } from "./cluster/confidentialLabelKept";
import { defaultDenyNetwork } from "./cluster/defaultDenyNetwork";
import { gpuOperatorKataMode } from "./cluster/gpuOperatorKataMode";
import { helmValuesNoSecrets } from "./cluster/helmValuesNoSecrets";
import { kataAfterNodeFeatures } from "./cluster/kataAfterNodeFeatures";
import { kubeletClosed } from "./cluster/kubeletClosed";
import { kubeletImagePerRuntimeClass } from "./cluster/kubeletImagePerRuntimeClass";
import { kubeletPodResources } from "./cluster/kubeletPodResources";
import { kubeletRuntimeTimeout } from "./cluster/kubeletRuntimeTimeout";
import { manifestsPinned } from "./cluster/manifestsPinned";
import { namesFromCluster } from "./cluster/namesFromCluster";
import { namespaceAllConfidential } from "./cluster/namespaceAllConfidential";
import { namespacePodSecurity } from "./cluster/namespacePodSecurity";
import { noAnonymousAccess } from "./cluster/noAnonymousAccess";
import { noEphemeralContainers } from "./cluster/noEphemeralContainers";
import { noExecGranted } from "./cluster/noExecGranted";
import { noHostAccess } from "./cluster/noHostAccess";
import { noHostPorts } from "./cluster/noHostPorts";
import { noNodeName } from "./cluster/noNodeName";
import { noPrivilegeEscalation } from "./cluster/noPrivilegeEscalation";
import { noServiceAccountToken } from "./cluster/noServiceAccountToken";
import { noSystemPriority } from "./cluster/noSystemPriority";
import { nodeGpuOperator } from "./cluster/nodeGpuOperator";
import { openshiftKubeletApplied } from "./cluster/openshiftKubeletApplied";
import { operatorApprovalManual } from "./cluster/operatorApprovalManual";
import { operatorImagesPinned } from "./cluster/operatorImagesPinned";
import { peerPodsCredentials } from "./cluster/peerPodsCredentials";
import { seccompRuntimeDefault } from "./cluster/seccompRuntimeDefault";
import { tenantBoundsKept } from "./cluster/tenantBoundsKept";
import { tenantEgress443 } from "./cluster/tenantEgress443";
import { tenantEgressNamed } from "./cluster/tenantEgressNamed";
import { tenantNodesDedicated } from "./cluster/tenantNodesDedicated";
import { tenantOffControlPlane } from "./cluster/tenantOffControlPlane";
import { tenantPriorityAccepted } from "./cluster/tenantPriorityAccepted";
import { tenantQuotaSet } from "./cluster/tenantQuotaSet";
import { tenantRequestsCounted } from "./cluster/tenantRequestsCounted";
import { tenantSecurityContext } from "./cluster/tenantSecurityContext";
import { tenantServicesInternal } from "./cluster/tenantServicesInternal";
import { tolerationsNamed } from "./cluster/tolerationsNamed";
import { versionsTestedTogether } from "./cluster/versionsTestedTogether";
import { webhookFailClosed } from "./cluster/webhookFailClosed";

/** Every rule there is, by pillar. Packs choose among them. */
export const rules: readonly Rule[] = [
  azureConfidentialDisk,
  azureCvmAllOrNothing,
  azureEncryptionMatrix,
  azureGpuNodePool,
  azureImageConfidential,
  azureImagePinned,
  azureNicPlain,
  azureRegionOffered,
  azureSecureBoot,
  azureSizeDocumented,
  ccManagerOn,
  cloudGpuUndivided,
  firmwarePlanComplete,
  firmwarePlanStaged,
  firmwareRegistrationChosen,
  gcpCapacityOffered,
  gcpConfidentialDisk,
  gcpConfidentialStorage,
  gcpConfidentialTypeNamed,
  gcpDriverInstallPlanned,
  gcpGkeVersion,
  gcpGpuConfidential,
  gcpImageTdxCapable,
  gcpMachineConfidential,
  gcpMaintenanceTerminate,
  gcpOneGpu,
  gcpPoolConfidential,
  gcpPoolPlain,
  gcpProvisioningCompanions,
  gcpZoneOffered,
  gpuNamesKept,
  gpuNotShared,
  gpuOperandsRun,
  gpuSetComplete,
  hostCpusOnline,
  hostKernelClosed,
  nodeCcMode,
  nodeGpuWhole,
  nodePassthrough,
  nodeReadinessObserved,
  nodeUnitOnClouds,
  nodeWorkloadMode,
  nvswitchesBound,
  passthroughOnBareMetal,
  ppcieNeedsKata,
  snpWithoutIommuPt,
  tdxCertificatesVerified,
  tdxQuotesBySocket,
  tdxRegistrationSaid,

  azureKataCcRetired,
  confidentialRuntimeClass,
  gracefulTermination,
  kataAnnotationsClosed,
  kataDebugOff,
  kataDistributionKnown,
  kataDropInClosed,
  kataFeatureRules,
  kataGoShims,
  kataGuestPull,
  kataNumaOff,
  kataOverheadKept,
  kataShimsChosen,
  kataTimeoutsLong,
  kataVersionPatched,
  kernelParametersClosed,
  noDebugRuntimeClass,
  noGuestsOnNodes,
  nodeGpuRequested,
  onlyInitDataAnnotation,
  openshiftConfidentialGate,
  openshiftGatesFirst,
  peerPodAnnotations,
  peerPodsConfidential,
  runtimeClassHandlerNamed,
  runtimeClassOverhead,
  runtimeClassSelectsTee,

  agentPolicyClosed,
  configurationInManifest,
  gcpConfidentialSpaceProduction,
  guestKeyBrokerTls,
  guestKeysFromBroker,
  guestRegistriesTls,
  initDataDigestMatches,
  initDataFits,
  initDataPresent,
  loaderVariablesAbsent,
  noExecProbes,
  noInteractiveContainers,
  noPlainVolumes,
  noSharedProcesses,
  peerPodInitData,
  podLimitsSet,
  serviceLinksOff,

  attestationCallersKnown,
  attestationPolicyEarned,
  attestationServicesInternal,
  attestationShortLived,
  attestationTokenTrusted,
  azureDiskEncryptionSet,
  azureDiskKeyConfidential,
  azureDiskKeyReleased,
  azureKeysPurgeProtected,
  azureReleaseAuthority,
  azureReleasePolicy,
  azureReleasePolicyClaims,
  azureReleaseRegion,
  azureVaultClosed,
  cloudOwnerKeys,
  debugGuestsRefused,
  externalSecretsBounded,
  gcpAttestationCondition,
  gcpAttestationGpu,
  gcpKeysNotPublic,
  gcpPrincipalSet,
  gpuVerifierJudges,
  gpusCounted,
  initDataPinned,
  intelTokenJudged,
  intelTrustAuthorityStrict,
  kbsAdminClosed,
  kbsTransportTls,
  keyBrokerClientsKnown,
  keyBrokerServiceBounded,
  keyBrokerTlsModern,
  keyBrokerTlsPassthrough,
  keyStoreVerified,
  measurementPinned,
  measurementsAgree,
  operatorKeyBrokerComplete,
  operatorKeyBrokerOneProcess,
  operatorMapsOurs,
  ownerSecretsAway,
  partiesApart,
  referenceValuesTyped,
  resourcePathsNamed,
  resourcePolicyAffirming,
  resourcePolicyConditional,
  sampleEvidenceRefused,
  tcbFloorSet,
  tdxKernelPinned,
  tokenNotVerbose,
  trusteeCredentialsSecret,
  trusteeLogsQuiet,
  trusteePodsHardened,
  trusteeReplicasShare,
  trusteeSettingsKnown,
  trusteeStorageKept,
  trusteeStorageReadOnly,

  gcpWorkloadByDigest,
  imageNotShared,
  imagePolicyRejects,
  imagesByDigest,
  mirrorsNeverFallBack,
  noHostPullCredentials,
  noPlainSecrets,
  pccsCredentialsSecret,
  secretsSealed,
  tenantImageAccepted,
  tenantRegistryAccepted,

  admissionPoliciesKept,
  chartSourceVerified,
  chartsPinned,
  cloudDriverFloor,
  cloudNodesPrivate,
  clusterAdminNotBound,
  confidentialLabelKept,
  defaultDenyNetwork,
  gpuOperatorKataMode,
  helmValuesNoSecrets,
  kataAfterNodeFeatures,
  kubeletClosed,
  kubeletImagePerRuntimeClass,
  kubeletPodResources,
  kubeletRuntimeTimeout,
  manifestsPinned,
  namesFromCluster,
  namespaceAllConfidential,
  namespacePodSecurity,
  noAnonymousAccess,
  noEphemeralContainers,
  noExecGranted,
  noHostAccess,
  noHostPorts,
  noNodeName,
  noPrivilegeEscalation,
  noServiceAccountToken,
  noSystemPriority,
  nodeGpuOperator,
  openshiftKubeletApplied,
  operatorApprovalManual,
  operatorImagesPinned,
  peerPodsCredentials,
  seccompRuntimeDefault,
  tenantBoundsKept,
  tenantEgress443,
  tenantEgressNamed,
  tenantNodesDedicated,
  tenantOffControlPlane,
  tenantPriorityAccepted,
  tenantQuotaSet,
  tenantRequestsCounted,
  tenantSecurityContext,
  tenantServicesInternal,
  tolerationsNamed,
  versionsTestedTogether,
  webhookFailClosed,
];
