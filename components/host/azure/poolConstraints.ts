import type { Departure } from "../departures";
import {
  aksConfidentialOs,
  aksGpuDriverOs,
  aksUbuntu2404,
  azureLimits,
  azureSeriesOf,
  failsAttestation,
  gpuDriver,
  isAzureConfidentialSize,
} from "../offerings";
import type { AzureSizeRequest, Constraint } from "./constraints";
import { departuresOf, sizeConstraints } from "./constraints";

/** A pool of confidential GPU nodes in AKS as far as constraints go. */
export interface AzurePoolRequest extends AzureSizeRequest {
  /** Kubernetes version of the pool: 1.34 or 1.34.2. */
  readonly kubernetesVersion: string;
  readonly osSku: string;
  /** Default Linux. */
  readonly osType?: "Linux" | "Windows";
  /** Who installs the GPU's driver. */
  readonly gpuDriver: "None" | "Install";
  /** Driver that the GPU Operator installs. Default: not said. */
  readonly driver?: string;
  readonly fips?: boolean;
  /** `securityProfile` of a pool, which is Trusted Launch. */
  readonly trustedLaunch?: boolean;
  readonly workloadRuntime?: string;
  readonly gpuInstanceProfile?: string;
  /** Whether the cluster makes nodes of its own (node auto-provisioning). */
  readonly autoProvisioning?: boolean;
}

/** The nodes that run AKS's own pods. */
export interface AzureSystemPoolRequest {
  readonly systemSize: string;
}

export const poolConstraints: readonly Constraint<AzurePoolRequest>[] = [
  ...sizeConstraints,
  {
    name: "azure-pool-os",
    fact: aksConfidentialOs.fact,
    *check({ osSku, osType }) {
      if (osType === "Windows") yield { path: "osType", message: `"Windows" has no confidential nodes; write Linux` };
      if (!aksConfidentialOs.skus.includes(osSku))
        yield { path: "osSku", message: `"${osSku}" has no confidential nodes; write Ubuntu or Ubuntu2404` };
    },
  },
  { name: "azure-pool-driver-os", fact: aksGpuDriverOs.fact, check: driverOsProblems },
  {
    name: "azure-pool-os-name",
    fact: azureLimits.poolOsName,
    *check({ osSku }) {
      if (osSku === "Ubuntu2404")
        yield {
          path: "osSku",
          message: `"Ubuntu2404" is unknown to the version of Azure's API that is used here; write Ubuntu and Kubernetes 1.34 or later, which is the same`,
        };
    },
  },
  {
    name: "azure-pool-driver-none",
    fact: azureLimits.driverNone,
    *check({ gpuDriver: installer }) {
      if (installer !== "None")
        yield {
          path: "gpuDriver",
          message: `"${installer}" lets AKS install a driver that confidential mode does not load; write None`,
        };
    },
  },
  {
    name: "azure-gpu-driver",
    fact: gpuDriver.fact,
    *check({ driver }) {
      if (driver !== undefined && failsAttestation(driver))
        yield { path: "driver", message: `"${driver}" can fail attestation; write ${gpuDriver.floor} or newer` };
    },
  },
  {
    name: "azure-pool-plain",
    fact: azureLimits.poolFeatures,
    *check({ fips, trustedLaunch, workloadRuntime, autoProvisioning }) {
      if (fips === true) yield { path: "fips", message: "true is not there for confidential nodes; leave it out" };
      if (trustedLaunch === true)
        yield { path: "trustedLaunch", message: "true excludes confidential nodes; leave it out, the size is enough" };
      if (workloadRuntime?.toLowerCase() === "kataccisolation")
        yield {
          path: "workloadRuntime",
          message: `"${workloadRuntime}" was withdrawn in March 2026; leave it out`,
          fact: azureLimits.kataCc,
        };
      else if (workloadRuntime?.startsWith("Kata"))
        yield {
          path: "workloadRuntime",
          message: `"${workloadRuntime}" needs nested virtualization, which the size has not; leave it out`,
        };
      if (autoProvisioning === true)
        yield {
          path: "autoProvisioning",
          message: "true excludes confidential GPUs; write false",
          fact: azureLimits.driverNone,
        };
    },
  },
  {
    name: "azure-one-gpu",
    fact: azureLimits.gpuInstances,
    *check({ gpuInstanceProfile }) {
      if (gpuInstanceProfile !== undefined)
        yield {
          path: "gpuInstanceProfile",
          message: `"${gpuInstanceProfile}" divides the one GPU of the node; leave it out`,
        };
    },
  },
];

export const systemPoolConstraints: readonly Constraint<AzureSystemPoolRequest>[] = [
  {
    name: "azure-system-size",
    fact: azureLimits.poolTee,
    *check({ systemSize }) {
      const series = azureSeriesOf(systemSize);
      if (series?.gpu)
        yield {
          path: "systemSize",
          message: `"${systemSize}" has a GPU, which system pods leave idle; write Standard_DC4as_v5`,
        };
      else if (series?.tee === "tdx")
        yield {
          path: "systemSize",
          message: `"${systemSize}" is a TDX size, which AKS does not take; write Standard_DC4as_v5`,
        };
      else if (!series && isAzureConfidentialSize(systemSize))
        yield {
          path: "systemSize",
          message: `"${systemSize}" is of no series that was read; write Standard_DC4as_v5`,
          fact: azureLimits.sizeUnknown,
        };
      else if (!series)
        yield {
          path: "systemSize",
          message: `"${systemSize}" has no TEE, and its nodes see the tenants' traffic; write Standard_DC4as_v5`,
        };
    },
  },
];

export function poolDepartures(request: AzurePoolRequest, at?: string): Departure[] {
  return departuresOf(poolConstraints, request, at);
}

export function systemPoolDepartures(request: AzureSystemPoolRequest, at?: string): Departure[] {
  return departuresOf(systemPoolConstraints, request, at);
}

/** GPU nodes of one cluster have one operating system: the GPU Operator installs one driver. */
export function clusterDepartures(osSkus: readonly string[]): Departure[] {
  return osSkus
    .map((osSku, index) => ({ osSku, index }))
    .filter(({ osSku }) => osSku !== osSkus[0])
    .map(({ osSku, index }) => ({
      constraint: "azure-cluster-one-os",
      path: `nodePools[${index}].osSku`,
      message: `"${osSku}" is another system than ${osSkus[0]} of the first pool, and the GPU Operator serves one; write ${osSkus[0]}`,
      fact: azureLimits.oneOs,
    }));
}

function* driverOsProblems({ osSku, kubernetesVersion }: AzurePoolRequest) {
  const { release } = aksGpuDriverOs;
  if (osSku !== "Ubuntu" && osSku !== "Ubuntu2404") {
    yield { path: "osSku", message: `"${osSku}" has no signed GPU driver that is known, ${release} has; write Ubuntu` };
    return;
  }
  const minor = Number(/^1\.(\d+)(\.|$)/.exec(kubernetesVersion)?.[1]);
  const { first, last } = aksUbuntu2404.minors[osSku];
  if (!(minor >= first))
    yield {
      path: "osSku",
      message: `"${osSku}" is an older Ubuntu with Kubernetes ${kubernetesVersion}, and the signed GPU driver is for ${release}; write Kubernetes 1.${first} or later`,
      fact: aksUbuntu2404.fact,
    };
  else if (minor > last)
    yield {
      path: "osSku",
      message: `"${osSku}" may be a newer Ubuntu with Kubernetes ${kubernetesVersion}, and the signed GPU driver is for ${release}; write Kubernetes 1.${last}`,
      fact: azureLimits.laterKubernetes,
    };
}
