import type * as pulumi from "@pulumi/pulumi";

/** Components that this process has made, by URN: how one that is given as an argument is found again. */
export class MadeComponents {
  private readonly components = new Map<unknown, pulumi.ComponentResource>();

  remember(urn: pulumi.URN, component: pulumi.ComponentResource): void {
    this.components.set(urn, component);
  }

  find(urn: unknown): pulumi.ComponentResource | undefined {
    return this.components.get(urn);
  }
}
