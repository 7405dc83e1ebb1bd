import type * as pulumi from "@pulumi/pulumi";
import { AnjunaPolicyManager } from "../components/attestation/anjunaPolicyManager";
import { policyManagerProblems, policyManagerWarnings } from "../components/attestation/anjunaPolicyManagerPlan";
import { FortanixSecrets } from "../components/attestation/fortanixSecrets";
import { keyAuthorityOf } from "../components/verdict/keyAuthority";
import { within } from "./additions/within";
import { location } from "./config/errors";
import type { TrustConfig } from "./config/factory";
import { partnerChartOf } from "./config/partnerCharts";

type Attestation = TrustConfig["attestation"];

const at = (section: string) => location(["attestation", section]);

const requestOf = ({ chart, azure }: NonNullable<Attestation["policyManager"]>, directory: string) => ({
  chart: partnerChartOf(chart, "anjuna-policy-manager", within(directory)),
  azure,
});

/** Why a partner's secret store may not be placed beside the key broker, each with its place in the configuration. */
export function keySourceProblems({ policyManager }: Attestation, directory: string): string[] {
  if (!policyManager) return [];
  return policyManagerProblems(requestOf(policyManager, directory)).map((text) => `${at("policyManager")}.${text}`);
}

/** What the owner should hear of it at every preview. */
export function keySourceWarnings({ policyManager }: Attestation): string[] {
  return policyManager ? policyManagerWarnings.map((text) => `${at("policyManager")}: ${text}`) : [];
}

/** Where models' keys come from, and who else hands out secrets, as far as it is placed in the owner's cluster. */
export function placeKeySources(
  { externalSecrets, resourcesSecret, policyManager }: Attestation,
  namespace: pulumi.Output<string>,
  directory: string,
  opts: pulumi.ComponentResourceOptions,
): Record<string, unknown> {
  // Beside Trustee and not after it: its pods wait for the Secret.
  if (externalSecrets && resourcesSecret !== undefined)
    new FortanixSecrets("fortanix-secrets", { ...externalSecrets, namespace, secretName: resourcesSecret }, opts);
  if (!policyManager) return {};
  const manager = new AnjunaPolicyManager("anjuna-policy-manager", requestOf(policyManager, directory), opts);
  return {
    policyManager: { namespace: manager.namespace, keyAuthority: keyAuthorityOf("anjunaPod", "cloud") },
  };
}
