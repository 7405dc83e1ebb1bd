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
];
