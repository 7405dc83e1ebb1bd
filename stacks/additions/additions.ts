import type * as pulumi from "@pulumi/pulumi";
import type { ChartPlacement } from "../../components/chartSource";
import type { InfrastructureConfig } from "../config/factory";
import type { BareMetalProvider } from "../config/providers";

/** What a vendor's or partner's part of a provider's cluster is given, on Kubernetes and on OpenShift alike. */
export interface AdditionArgs {
  readonly config: InfrastructureConfig;
  readonly provider: BareMetalProvider;
  readonly placement: ChartPlacement;
  readonly opts: { readonly provider: pulumi.ProviderResource };
  /** Namespace of the model owner's workloads, once it is there. */
  readonly tenant: pulumi.Resource;
  /** Where features of nodes are labelled, once that is there. */
  readonly nodeFeatures: pulumi.Resource;
}

/** Places what the provider's sections ask for beyond the common layers, and gives the stack's outputs about it. */
export function placeAdditions(args: AdditionArgs): Record<string, unknown> {
  void args;
  return {};
}
