import type * as pulumi from "@pulumi/pulumi";
import { AdmissionPolicies } from "../components/cluster/admissionPolicies";
import { TenantAcceptance } from "../components/cluster/tenantAcceptance";
import { policiesInForce } from "../policies/admission/inForce";
import { acceptanceParameters } from "./acceptance";
import type { InfrastructureConfig } from "./config/factory";
import type { Provider } from "./config/providers";

/** What a provider's API server refuses from now on: by the rules, and by what the provider accepts of its tenant. */
export function placeAdmission(
  { admission, exceptions, isolationUnit, parties }: InfrastructureConfig,
  provider: Provider,
  {
    provider: cluster,
    dependsOn = [],
  }: { readonly provider: pulumi.ProviderResource; readonly dependsOn?: pulumi.Resource[] },
): { readonly admission: AdmissionPolicies; readonly accepted: TenantAcceptance | undefined } {
  const { acceptance } = provider;
  const tenant = parties.modelOwner;
  const opts = { provider: cluster, dependsOn };
  const accepted =
    acceptance &&
    new TenantAcceptance("tenant-acceptance", { tenants: [acceptanceParameters(provider, acceptance, tenant)] }, opts);
  const policies = policiesInForce("provider", admission, {
    exceptions,
    now: new Date(),
    tenants: acceptance ? [tenant] : [],
    isolationUnit,
  });
  return {
    accepted,
    admission: new AdmissionPolicies(
      "admission",
      { policies },
      // With a binding but without its parameters nobody could even finalize a tenant's objects: first in, last out.
      { ...opts, dependsOn: [...dependsOn, ...(accepted ? [accepted] : [])] },
    ),
  };
}
