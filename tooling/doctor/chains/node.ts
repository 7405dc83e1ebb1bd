import type { Link, NodeSubject } from "../outcome";
import { ccModeLinks } from "../links/node/ccMode";
import { featureLinks } from "../links/node/features";
import { gpuOperatorLinks, gpuOperatorState } from "../links/node/gpuOperator";
import { hostLinks } from "../links/node/host";
import { kubeletLinks } from "../links/node/kubelet";
import { runtimeLinks } from "../links/node/runtime";

/** Why a host is not ready for confidential guests: what comes first makes what comes later. */
export const nodeChain: readonly Link<NodeSubject>[] = [
  ...hostLinks,
  ...featureLinks,
  ...gpuOperatorLinks,
  ...ccModeLinks,
  gpuOperatorState,
  ...runtimeLinks,
  ...kubeletLinks,
];
