import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../tokens";
import type { AcceptanceParameters } from "./acceptanceParameters";
import { admissionNamespace, parameterData } from "./acceptanceParameters";
import { managedLabels, namespaceLabels } from "./labels";

export interface TenantAcceptanceArgs {
  /** What is accepted of each tenant of the cluster. */
  readonly tenants: readonly AcceptanceParameters[];
}

/**
 * What a provider accepts of its tenants, where the provider's API server looks it up: a ConfigMap a tenant in a namespace
 * that no tenant and no deployer has rights in. Admission policies read it, so that workloads are held to it by whatever
 * way they come; a tenant without one places nothing. It protects the provider, and says nothing to anybody else.
 */
export class TenantAcceptance extends pulumi.ComponentResource {
  /** Namespaces of tenants whose acceptance is in the cluster. */
  readonly tenants: pulumi.Output<string[]>;

  constructor(name: string, args: TenantAcceptanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.tenantAcceptance, name, {}, opts);
    const child = { parent: this };
    const labels = managedLabels("infrastructureProvider");
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: admissionNamespace,
          // Nothing ever runs here.
          labels: namespaceLabels("infrastructureProvider", "restricted"),
        },
      },
      child,
    );
    const accepted = args.tenants.map(
      (tenant) =>
        new k8s.core.v1.ConfigMap(
          `${name}-${tenant.tenant}`,
          {
            metadata: { name: tenant.tenant, namespace: namespace.metadata.name, labels },
            data: parameterData(tenant),
          },
          child,
        ),
    );
    this.tenants = pulumi.all(accepted.map(({ metadata }) => metadata.name));
    this.registerOutputs({ tenants: this.tenants });
  }
}
