import type * as pulumi from "@pulumi/pulumi";
import type { EvidenceOptions } from "../../components/attestation/acceptedEvidence";
import type { NodeAdmission } from "../../components/attestation/nodeAdmission";
import type { TrusteeSecrets } from "../../components/attestation/trusteeSecrets";
import { chooseOperator, operatorFacts } from "../../components/openshift/operators";
import { OpenshiftTrustee } from "../../components/openshift/trustee";
import { trusteeOperatorProblems } from "../../components/openshift/trusteeProblems";
import type { Release } from "../../components/workload/release";
import type { TrustConfig } from "../config/factory";
import type { TrusteeOperatorConfig } from "../config/trusteeOperator";
import type { SignedRelease } from "../signedReleases";

/** What the Trustee operator cannot do for this configuration, as sentences that begin with the setting. */
export function openshiftTrusteeProblems(
  attestation: TrustConfig["attestation"],
  operator: TrusteeOperatorConfig,
  releases: readonly Release[],
  nodes: readonly NodeAdmission[],
): string[] {
  const { keyStore, service, vcekCache, resourcesSecret, externalSecrets, keyBroker } = attestation;
  return [
    ...trusteeOperatorProblems({
      csv: operator.csv,
      releases,
      nodes,
      keyStore,
      sessions: keyBroker.sessions,
      service,
      vcekCache,
      resourcesSecret,
      vcekSecrets: operator.vcekSecrets,
    }),
    ...(externalSecrets === undefined
      ? []
      : [
          "externalSecrets: fills the one Secret of Trustee's own pods; leave it out, and have your own ExternalSecrets make the Secrets that the keys' paths name",
        ]),
  ];
}

export interface OpenshiftTrusteePlace {
  readonly releases: readonly SignedRelease[];
  readonly nodes: readonly NodeAdmission[];
  readonly accepted: EvidenceOptions;
  readonly secrets: pulumi.Input<TrusteeSecrets>;
}

/** The owner's key broker, run by the Trustee operator. */
export function openshiftTrustee(
  { attestation, simulated, cluster }: TrustConfig,
  operator: TrusteeOperatorConfig,
  place: OpenshiftTrusteePlace,
  opts: pulumi.ComponentResourceOptions,
): OpenshiftTrustee {
  const { keyBroker, collateralService, evidenceServiceCidrs, referenceValueExpiry } = attestation;
  const chosen = chooseOperator(operatorFacts.trustee, operator);
  if ("problem" in chosen) throw new Error(chosen.problem);
  return new OpenshiftTrustee(
    "trustee",
    {
      ...place,
      referenceValueExpiry,
      operator: chosen.operator,
      approveBy: `npm run trustfoundry -- openshift approve --context ${cluster.context}`,
      host: keyBroker.dnsName,
      clientCidrs: keyBroker.clientCidrs,
      router: operator.router,
      replicas: keyBroker.replicas,
      evidenceServiceCidrs,
      collateralService,
      vcekSecrets: operator.vcekSecrets,
      askAmd: operator.askAmd,
      metricsFrom: keyBroker.metricsFrom,
      madeUpResources: simulated,
    },
    opts,
  );
}
