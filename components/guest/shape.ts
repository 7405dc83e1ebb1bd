/**
 * How large a pod's virtual machine becomes. The vCPU count goes into the SNP launch digest, so the model owner has to
 * compute it as the runtime will; memory and devices are not measured.
 *
 * Source: kata-containers 4.0.0 and 4.1.0, src/runtime (Go shim): pkg/oci/utils.go, virtcontainers/hypervisor.go;
 * src/runtime-rs crates/resource/src/cpu_mem/initial_size.rs. NVIDIA profiles: default_vcpus 1, default_memory 8192,
 * runtime-rs overhead_vcpus 0.5, overhead_memory 512, static sizing. Read from source, not from a booted guest.
 */
export type Shim = "go" | "runtime-rs";

export interface ShapeLimits {
  /** Sum of the containers' CPU limits as a Kubernetes quantity: `16`, `500m`. Requests and pod overhead do not count. */
  readonly cpu?: string | number;
  /** Sum of the containers' memory limits as a Kubernetes quantity: `48Gi`. */
  readonly memory?: string | number;
  /** GPUs and NVSwitches passed through. */
  readonly gpus?: number;
  readonly nvSwitches?: number;
}

export interface VmShape {
  /** QEMU's `-smp`. */
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly gpus: number;
  readonly nvSwitches: number;
}

const nvidiaProfile = { defaultVcpus: 1, defaultMemoryMib: 8192, overheadVcpus: 0.5, overheadMemoryMib: 512 };

export function vmShape(limits: ShapeLimits, shim: Shim = "go"): VmShape {
  const milliCpus = limits.cpu === undefined ? 0 : milliCpusOf(limits.cpu);
  const memoryMib = limits.memory === undefined ? 0 : Math.floor(bytesOf(limits.memory) / 2 ** 20);
  const devices = { gpus: limits.gpus ?? 0, nvSwitches: limits.nvSwitches ?? 0 };
  const { defaultVcpus, defaultMemoryMib, overheadVcpus, overheadMemoryMib } = nvidiaProfile;
  const workload = quotaInCpus(milliCpus);
  if (shim === "go") {
    // Rounded once, after the addition, in single precision as the shim does.
    return {
      vcpus: Math.ceil(Math.fround(defaultVcpus + workload)),
      memoryMib: defaultMemoryMib + memoryMib,
      ...devices,
    };
  }
  if (milliCpus === 0 && memoryMib === 0) return { vcpus: defaultVcpus, memoryMib: defaultMemoryMib, ...devices };
  return {
    vcpus: Math.ceil(Math.max(overheadVcpus + workload, 1)),
    memoryMib: overheadMemoryMib + memoryMib,
    ...devices,
  };
}

/** kubelet turns a limit into a CFS quota per 100 ms, of at least 1 ms; the shim divides it back. */
function quotaInCpus(milliCpus: number): number {
  if (milliCpus === 0) return 0;
  const period = 100_000;
  return Math.fround(Math.max(Math.floor((milliCpus * period) / 1000), 1000) / period);
}

/** Rounded up to a whole millicore, as Kubernetes does. */
function milliCpusOf(quantity: string | number): number {
  return Math.ceil(parse(quantity, { m: 1, "": 1000 }, "CPU limit", "16 or 500m") - 1e-9);
}

const binary = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
const decimal = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 };

function bytesOf(quantity: string | number): number {
  return parse(quantity, { "": 1, ...binary, ...decimal }, "memory limit", "48Gi");
}

function parse(quantity: string | number, units: Record<string, number>, what: string, example: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(String(quantity)) ?? [];
  const factor = unit !== undefined && Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (digits === undefined || factor === undefined)
    throw new Error(`${what} "${quantity}" is no quantity; write for example ${example}`);
  return Number(digits) * factor;
}
