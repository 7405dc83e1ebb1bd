import type * as pulumi from "@pulumi/pulumi";
import type { ChartPlacement } from "../../components/chartSource";
import type { InfrastructureConfig } from "../config/factory";
import type { BareMetalProvider } from "../config/providers";
import { anjunaProblems, anjunaWarnings, placeAnjuna } from "./anjuna";
import { firmwarePlanProblems, placeFirmware } from "./firmware";
import { fortanixProblems, fortanixWarnings, placeFortanix } from "./fortanix";
import { intelProblems, intelWarnings, placeIntel } from "./intel";
import { ownLocation } from "../own";

/** What a vendor's or partner's part of a provider's cluster is given, on Kubernetes and on OpenShift alike. */
export interface AdditionArgs {
  readonly provider: BareMetalProvider;
  readonly placement: ChartPlacement;
  /** The project's: paths in the configuration are relative to it. */
  readonly directory: string;
  readonly opts: { readonly provider: pulumi.ProviderResource };
  /** Where Trustfoundry keeps what is its own in the cluster; left out where no layer before has made it. */
  readonly systemNamespace?: pulumi.Input<string>;
  /** OpenShift: how operators of an addition are approved. */
  readonly approval?: { readonly approveBy: string; readonly approvalTimeoutSeconds?: number };
  /** Namespace of the model owner's workloads, once it is there. */
  readonly tenant: pulumi.Resource;
  /** Where features of nodes are labelled, once that is there. */
  readonly nodeFeatures: pulumi.Resource;
}

/** What a stack with additions warns of at each preview. */
export function additionWarnings(config: InfrastructureConfig, provider: BareMetalProvider): string[] {
  const said = {
    anjuna: anjunaWarnings(provider),
    fortanix: fortanixWarnings(provider),
    intel: intelWarnings(provider),
  };
  return Object.entries(said).flatMap(([section, texts]) =>
    texts.map((text) => `${ownLocation(config, section)}: ${text}`),
  );
}

/** Places what the provider's sections ask for beyond the common layers, and gives the stack's outputs about it. */
export function placeAdditions(args: AdditionArgs): Record<string, unknown> {
  return { ...placeFirmware(args), ...placeAnjuna(args), ...placeFortanix(args), ...placeIntel(args) };
}

/**
 * Why the additions may not be placed, each with its section's name: asked before anything is registered, since an update
 * that was not previewed would place what comes earlier.
 */
export function additionProblems(provider: BareMetalProvider, directory: string, placement: ChartPlacement): string[] {
  return [
    ...firmwarePlanProblems(provider, directory),
    ...anjunaProblems(provider, directory).map((problem) => `anjuna.${problem}`),
    ...fortanixProblems(provider, directory).map((problem) => `fortanix.${problem}`),
    ...intelProblems({ provider, placement }).map((problem) => `intel.quotes: ${problem}`),
  ];
}
