import type * as pulumi from "@pulumi/pulumi";

/** Where resources of Azure lie. */
export interface AzurePlace {
  /** Name of the resource group. */
  readonly resourceGroupName: pulumi.Input<string>;
  /** Region by its short name, such as eastus2. */
  readonly location: string;
}
