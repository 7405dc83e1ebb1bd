import { openshiftRuntimeClassName, runtimeClassNameFor } from "../../components/runtime/runtimeClasses";
import { cpuTees } from "../../components/host/hardware";

const teeClasses: readonly string[] = [...cpuTees.map(runtimeClassNameFor), openshiftRuntimeClassName];

/** Whether a runtime class starts confidential guests with GPUs. */
export function isTeeClass(name: string | undefined): boolean {
  return name !== undefined && teeClasses.includes(name);
}
