// Made from the files beside it by `npm run docs`; do not edit.
import type { Rule } from "../rule";
import { ccManagerOn } from "./hardware/ccManagerOn";
import { gpuSetComplete } from "./hardware/gpuSetComplete";
import { nodeCcMode } from "./hardware/nodeCcMode";
import { nodePassthrough } from "./hardware/nodePassthrough";
import { nodeReadinessObserved } from "./hardware/nodeReadinessObserved";
import { nodeWorkloadMode } from "./hardware/nodeWorkloadMode";
import { confidentialRuntimeClass } from "./runtime/confidentialRuntimeClass";
import { kataDebugOff } from "./runtime/kataDebugOff";
import { kataGuestPull } from "./runtime/kataGuestPull";
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
import { kbsAdminClosed } from "./attestation/kbsAdminClosed";
import { kbsTransportTls } from "./attestation/kbsTransportTls";
import { keyBrokerClientsKnown } from "./attestation/keyBrokerClientsKnown";
import { keyStoreVerified } from "./attestation/keyStoreVerified";
import { referenceValuesTyped } from "./attestation/referenceValuesTyped";
import { resourcePolicyAffirming } from "./attestation/resourcePolicyAffirming";
import { resourcePolicyConditional } from "./attestation/resourcePolicyConditional";
import { trusteeSettingsKnown } from "./attestation/trusteeSettingsKnown";
import { imagePolicyRejects } from "./images/imagePolicyRejects";
import { imagesByDigest } from "./images/imagesByDigest";
import { noPlainSecrets } from "./images/noPlainSecrets";
import { chartsPinned } from "./cluster/chartsPinned";
import { defaultDenyNetwork } from "./cluster/defaultDenyNetwork";
import { gpuOperatorKataMode } from "./cluster/gpuOperatorKataMode";
import { kataAfterNodeFeatures } from "./cluster/kataAfterNodeFeatures";
import { namespacePodSecurity } from "./cluster/namespacePodSecurity";
import { noHostAccess } from "./cluster/noHostAccess";
import { noServiceAccountToken } from "./cluster/noServiceAccountToken";
import { tenantEgressNamed } from "./cluster/tenantEgressNamed";

/** Every rule there is, by pillar. Packs choose among them. */
export const rules: readonly Rule[] = [
  ccManagerOn,
  gpuSetComplete,
  nodeCcMode,
  nodePassthrough,
  nodeReadinessObserved,
  nodeWorkloadMode,

  confidentialRuntimeClass,
  kataDebugOff,
  kataGuestPull,
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
  kbsAdminClosed,
  kbsTransportTls,
  keyBrokerClientsKnown,
  keyStoreVerified,
  referenceValuesTyped,
  resourcePolicyAffirming,
  resourcePolicyConditional,
  trusteeSettingsKnown,

  imagePolicyRejects,
  imagesByDigest,
  noPlainSecrets,

  chartsPinned,
  defaultDenyNetwork,
  gpuOperatorKataMode,
  kataAfterNodeFeatures,
  namespacePodSecurity,
  noHostAccess,
  noServiceAccountToken,
  tenantEgressNamed,
];
