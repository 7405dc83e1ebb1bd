import type { RemoteComponent } from "../remoteComponent";
import { kubeletSettings, nodeMode } from "./hosts";
import { gpuOperator, kata, nodeFeatures } from "./operators";
import { admissionPolicies, tenantAcceptance, tenantNamespace } from "./tenants";
import { trustee } from "./trustee";
import { confidentialWorkload } from "./workload";

/** Every component that programs in other languages may use, in the order of the documentation. */
export const remoteComponents: readonly RemoteComponent[] = [
  nodeMode,
  nodeFeatures,
  kata,
  gpuOperator,
  kubeletSettings,
  tenantNamespace,
  tenantAcceptance,
  admissionPolicies,
  confidentialWorkload,
  trustee,
];
