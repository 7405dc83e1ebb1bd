// Made from the files beside it by `npm run docs`; do not edit.
import type { Rule } from "../rule";
import { azureConfidentialDisk } from "./hardware/azureConfidentialDisk";
import { azureCvmAllOrNothing } from "./hardware/azureCvmAllOrNothing";
import { azureEncryptionMatrix } from "./hardware/azureEncryptionMatrix";
import { azureImageConfidential } from "./hardware/azureImageConfidential";
import { azureImagePinned } from "./hardware/azureImagePinned";
import { azureSecureBoot } from "./hardware/azureSecureBoot";
import { ccManagerOn } from "./hardware/ccManagerOn";
import { gpuNamesKept } from "./hardware/gpuNamesKept";
import { gpuNotShared } from "./hardware/gpuNotShared";
import { gpuOperandsRun } from "./hardware/gpuOperandsRun";
import { gpuSetComplete } from "./hardware/gpuSetComplete";
import { hostKernelClosed } from "./hardware/hostKernelClosed";
import { nodeCcMode } from "./hardware/nodeCcMode";
import { nodePassthrough } from "./hardware/nodePassthrough";
import { nodeReadinessObserved } from "./hardware/nodeReadinessObserved";
import { nodeWorkloadMode } from "./hardware/nodeWorkloadMode";
import { nvswitchesBound } from "./hardware/nvswitchesBound";
import { ppcieNeedsKata } from "./hardware/ppcieNeedsKata";
import { snpWithoutIommuPt } from "./hardware/snpWithoutIommuPt";
import { confidentialRuntimeClass } from "./runtime/confidentialRuntimeClass";
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
import { kataVersionPatched } from "./runtime/kataVersionPatched";
import { noDebugRuntimeClass } from "./runtime/noDebugRuntimeClass";
import { onlyInitDataAnnotation } from "./runtime/onlyInitDataAnnotation";
import { runtimeClassOverhead } from "./runtime/runtimeClassOverhead";
import { runtimeClassSelectsTee } from "./runtime/runtimeClassSelectsTee";
import { agentPolicyClosed } from "./guest/agentPolicyClosed";
import { guestKeyBrokerTls } from "./guest/guestKeyBrokerTls";
import { initDataDigestMatches } from "./guest/initDataDigestMatches";
import { initDataPresent } from "./guest/initDataPresent";
import { attestationPolicyEarned } from "./attestation/attestationPolicyEarned";
import { attestationServicesInternal } from "./attestation/attestationServicesInternal";
import { attestationTokenTrusted } from "./attestation/attestationTokenTrusted";
import { debugGuestsRefused } from "./attestation/debugGuestsRefused";
import { gpusCounted } from "./attestation/gpusCounted";
import { initDataPinned } from "./attestation/initDataPinned";
import { kbsAdminClosed } from "./attestation/kbsAdminClosed";
import { kbsTransportTls } from "./attestation/kbsTransportTls";
import { keyBrokerClientsKnown } from "./attestation/keyBrokerClientsKnown";
import { keyStoreVerified } from "./attestation/keyStoreVerified";
import { measurementPinned } from "./attestation/measurementPinned";
import { referenceValuesTyped } from "./attestation/referenceValuesTyped";
import { resourcePathsNamed } from "./attestation/resourcePathsNamed";
import { resourcePolicyAffirming } from "./attestation/resourcePolicyAffirming";
import { resourcePolicyConditional } from "./attestation/resourcePolicyConditional";
import { sampleEvidenceRefused } from "./attestation/sampleEvidenceRefused";
import { tcbFloorSet } from "./attestation/tcbFloorSet";
import { tdxKernelPinned } from "./attestation/tdxKernelPinned";
import { trusteeSettingsKnown } from "./attestation/trusteeSettingsKnown";
import { imagePolicyRejects } from "./images/imagePolicyRejects";
import { imagesByDigest } from "./images/imagesByDigest";
import { noPlainSecrets } from "./images/noPlainSecrets";
import { secretsSealed } from "./images/secretsSealed";
import { chartsPinned } from "./cluster/chartsPinned";
import { defaultDenyNetwork } from "./cluster/defaultDenyNetwork";
import { gpuOperatorKataMode } from "./cluster/gpuOperatorKataMode";
import { kataAfterNodeFeatures } from "./cluster/kataAfterNodeFeatures";
import { kubeletClosed } from "./cluster/kubeletClosed";
import { kubeletImagePerRuntimeClass } from "./cluster/kubeletImagePerRuntimeClass";
import { kubeletPodResources } from "./cluster/kubeletPodResources";
import { kubeletRuntimeTimeout } from "./cluster/kubeletRuntimeTimeout";
import { namespacePodSecurity } from "./cluster/namespacePodSecurity";
import { noHostAccess } from "./cluster/noHostAccess";
import { noServiceAccountToken } from "./cluster/noServiceAccountToken";
import { tenantEgressNamed } from "./cluster/tenantEgressNamed";

/** Every rule there is, by pillar. Packs choose among them. */
export const rules: readonly Rule[] = [
  azureConfidentialDisk,
  azureCvmAllOrNothing,
  azureEncryptionMatrix,
  azureImageConfidential,
  azureImagePinned,
  azureSecureBoot,
  ccManagerOn,
  gpuNamesKept,
  gpuNotShared,
  gpuOperandsRun,
  gpuSetComplete,
  hostKernelClosed,
  nodeCcMode,
  nodePassthrough,
  nodeReadinessObserved,
  nodeWorkloadMode,
  nvswitchesBound,
  ppcieNeedsKata,
  snpWithoutIommuPt,

  confidentialRuntimeClass,
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
  kataVersionPatched,
  noDebugRuntimeClass,
  onlyInitDataAnnotation,
  runtimeClassOverhead,
  runtimeClassSelectsTee,

  agentPolicyClosed,
  guestKeyBrokerTls,
  initDataDigestMatches,
  initDataPresent,

  attestationPolicyEarned,
  attestationServicesInternal,
  attestationTokenTrusted,
  debugGuestsRefused,
  gpusCounted,
  initDataPinned,
  kbsAdminClosed,
  kbsTransportTls,
  keyBrokerClientsKnown,
  keyStoreVerified,
  measurementPinned,
  referenceValuesTyped,
  resourcePathsNamed,
  resourcePolicyAffirming,
  resourcePolicyConditional,
  sampleEvidenceRefused,
  tcbFloorSet,
  tdxKernelPinned,
  trusteeSettingsKnown,

  imagePolicyRejects,
  imagesByDigest,
  noPlainSecrets,
  secretsSealed,

  chartsPinned,
  defaultDenyNetwork,
  gpuOperatorKataMode,
  kataAfterNodeFeatures,
  kubeletClosed,
  kubeletImagePerRuntimeClass,
  kubeletPodResources,
  kubeletRuntimeTimeout,
  namespacePodSecurity,
  noHostAccess,
  noServiceAccountToken,
  tenantEgressNamed,
];
