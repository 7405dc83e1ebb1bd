import { externalSecretsProblems, externalSecretsWarnings } from "../components/attestation/externalSecrets";
import { serviceProblems, serviceWarnings } from "../components/attestation/intelTrustAuthority";
import { unreachableKeys } from "../components/attestation/keyStorePkcs11";
import { keyStoreProblems, keyStoreWarnings } from "../components/attestation/keyStoreProblems";
import { verifierKind, verifierProblems, verifierWarnings } from "../components/attestation/nvidiaVerifier";
import { sessionWarnings } from "../components/attestation/sessions";
import type { TrusteeArgs } from "../components/attestation/trustee";
import type { NodeAdmission } from "../components/attestation/nodeAdmission";
import type { Release } from "../components/workload/release";
import { location } from "./config/errors";
import type { TrustConfig } from "./config/factory";
import { openshiftTrusteeProblems } from "./openshift/trustee";

type Attestation = TrustConfig["attestation"];

/** Why this key broker may not be placed for these releases and nodes, each with its place in the configuration. */
export function keyBrokerProblems(
  attestation: Attestation,
  releases: readonly Release[],
  nodes: readonly NodeAdmission[],
  simulated: boolean,
  now: Date,
): string[] {
  const { keyStore, keyAuthority, operator, resourcesSecret, externalSecrets, service, nvidiaVerifier } = attestation;
  const at = location(["attestation"]);
  const resources = [...releases, ...nodes].flatMap((subject) => subject.resources);
  return [
    ...serviceProblems(service, releases, nodes, {
      accepted: { chips: attestation.chips, verifier: verifierKind(nvidiaVerifier) },
      keyStore,
      vcekCache: attestation.vcekCache,
      collateralService: attestation.collateralService,
    }),
    ...keyStoreProblems(keyStore, keyAuthority, resources),
    ...(externalSecrets
      ? externalSecretsProblems(externalSecrets, {
          keyStoreKind: keyStore.kind,
          authority: keyAuthority,
          resourcesSecret,
          resources,
        })
      : []),
    ...(operator ? openshiftTrusteeProblems(attestation, operator, releases, nodes) : []),
    ...unreachableKeys(keyStore, releases),
    ...verifierProblems(nvidiaVerifier, now),
    ...(simulated ? simulatedProblems(attestation) : []),
    ...(!simulated && !operator && keyStore.kind === "kvstorage" && resourcesSecret === undefined && !externalSecrets
      ? [
          "resourcesSecret: missing; name the Kubernetes Secret in which you keep the models' keys, or a key store in keyStore",
        ]
      : []),
    ...(keyStore.kind !== "kvstorage" && resourcesSecret !== undefined
      ? [`resourcesSecret: stands beside keyStore.kind ${keyStore.kind}, which has the keys; remove one of the two`]
      : []),
  ].map((problem) => `${at}.${problem}`);
}

/** A rehearsal's keys are made up and come from its own setting. */
function simulatedProblems({ keyStore, resourcesSecret, externalSecrets }: Attestation): string[] {
  return [
    ...(keyStore.kind === "kvstorage" ? [] : ["keyStore: is for real keys, and this stack is simulated; leave it out"]),
    ...(resourcesSecret === undefined
      ? []
      : ["resourcesSecret: is for real keys, and this stack is simulated; leave it out"]),
    ...(externalSecrets ? ["externalSecrets: are for real keys, and this stack is simulated; leave them out"] : []),
  ];
}

/** What the owner should hear at every preview. */
export function keyBrokerWarnings(attestation: Attestation, simulated: boolean): string[] {
  const { keyAuthority, keyBroker, nvidiaVerifier, externalSecrets, resourcesSecret } = attestation;
  return [
    ...serviceWarnings(attestation.service),
    ...keyStoreWarnings(keyAuthority),
    ...(externalSecrets ? externalSecretsWarnings(resourcesSecret) : []),
    ...verifierWarnings(nvidiaVerifier),
    ...(simulated ? [] : sessionWarnings(keyBroker.sessions, keyBroker.replicas)),
  ].map((warning) => `${location(["attestation"])}: ${warning}`);
}

/** The component's arguments that the configuration alone decides. */
export function keyBrokerArgs({
  keyBroker: { replicas, clientCidrs, sessions, metricsFrom },
  service,
  keyStore,
  keyAuthority,
  resourcesSecret,
  vcekCache,
  collateralService,
  evidenceServiceCidrs,
  referenceValueExpiry,
}: Attestation) {
  return {
    replicas,
    clientCidrs,
    sessions,
    metricsFrom,
    service,
    keyStore,
    keyAuthority,
    resourcesSecret,
    vcekCache,
    collateralService,
    evidenceServiceCidrs,
    referenceValueExpiry,
  } satisfies Partial<TrusteeArgs>;
}
