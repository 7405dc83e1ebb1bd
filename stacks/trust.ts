import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config";
import { evidenceProblems } from "../components/attestation/acceptedEvidence";
import { rolloverNotices } from "../components/attestation/admittedRelease";
import { wantedCredentials } from "../components/attestation/keyStore";
import { verifierKind } from "../components/attestation/nvidiaVerifier";
import { nodeExpiryNotices, nodeWarnings, openNodeClients } from "../components/attestation/nodeNotices";
import { expiryNotice } from "../components/attestation/referenceValues";
import { Trustee } from "../components/attestation/trustee";
import { TooManyReleases } from "../components/attestation/tooManyReleases";
import { trusteeStores } from "../components/attestation/trusteeStores";
import { AdmissionPolicies } from "../components/cluster/admissionPolicies";
import { platformSets } from "../components/platform";
import { trusteeKeyAuthority } from "../components/verdict/keyAuthority";
import { policiesInForce } from "../policies/admission/inForce";
import { clusterProvider, requireReachable } from "./cluster";
import type { Environment } from "./cluster";
import { ConfigurationError, location } from "./config/errors";
import type { TrustConfig } from "./config/factory";
import type { TrustSecretsContext } from "./config/secrets";
import { decodeTrustSecrets, parseTrustSecrets } from "./config/secrets";
import { keyBrokerArgs, keyBrokerProblems, keyBrokerWarnings } from "./keyBroker";
import { keySourceProblems, keySourceWarnings, placeKeySources } from "./keySources";
import { admittedNodes, nodeOutputs } from "./nodes";
import { openshiftTrustee } from "./openshift/trustee";
import { pinSource } from "./pins";
import { projectDirectory } from "./project";
import type { SignedRelease } from "./signedReleases";
import { ownReleases } from "./signedReleases";

/** The model owner's program: releases, kinds of nodes, and the key broker that holds guests to them. Reads nobody's state. */
export async function trust(config: TrustConfig, environment: Environment): Promise<Record<string, unknown>> {
  const { attestation, cluster, models, platform } = config;
  const { dnsName, caCertificate } = attestation.keyBroker;
  const directory = projectDirectory(environment);
  const pins = pinSource(config.simulated, directory);
  const now = new Date();
  const { releases, warnings: releaseWarnings } = await ownReleases(config, pins, now, directory);
  const nodes = admittedNodes(config);
  const accepted = {
    verifier: verifierKind(attestation.nvidiaVerifier),
    chips: attestation.chips,
    gpus: attestation.gpus,
  };
  const expiry = expiryNotice(attestation.referenceValueExpiry, now);
  const notices = [
    ...(expiry ? [{ ...expiry, text: `${location(["attestation", "referenceValueExpiry"])}: ${expiry.text}` }] : []),
    ...rolloverNotices(releases, now).map((notice) => ({ ...notice, text: `${location(["models"])}: ${notice.text}` })),
    ...nodeExpiryNotices(nodes, now).map((notice) => ({ ...notice, text: `${location(["nodes"])}: ${notice.text}` })),
  ];
  const problems = [
    ...evidenceProblems(releases, accepted, nodes).map((problem) => `${location(["attestation"])}: ${problem}`),
    ...keyBrokerProblems(
      attestation,
      releases.map(({ release }) => release),
      nodes,
      config.simulated,
      now,
    ),
    ...keySourceProblems(attestation, projectDirectory(environment)),
    // A rehearsal's values are made up, and no older for it.
    ...notices.filter(({ expired }) => expired && !config.simulated).map(({ text }) => text),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  // What is wrong above cannot be rendered, and would be said without its place.
  const tooMany = sizeProblems(() => trusteeStores(releases, accepted, attestation.referenceValueExpiry, nodes));
  if (tooMany.length > 0) throw new ConfigurationError(tooMany);
  // Guests of a former release, too, are given what it names: a key that is rotated has both values for a while.
  const wantedKeys = [
    ...new Set([
      ...[...models, ...config.nodes].flatMap(({ keys }) => keys),
      ...releases.flatMap(({ release }) => release.resources),
    ]),
  ];
  const wanted: TrustSecretsContext = {
    wantedKeys,
    dnsName,
    caCertificate,
    simulated: config.simulated,
    wantedCredentials: wantedCredentials(attestation.keyStore),
    wantsIntelKey: attestation.service.kind === "intelTrustAuthority",
  };
  const secrets =
    environment.review?.trustSecrets(wanted) ?? parseTrustSecrets(decodeTrustSecrets(trustSecretsText()), wanted);
  await requireReachable(cluster.context, environment);
  const warnings = [
    // About guests of releases.
    ...(models.length > 0 ? platformSets[platform.set].warnings : []),
    ...releaseWarnings,
    ...keyBrokerWarnings(attestation, config.simulated),
    ...keySourceWarnings(attestation),
    ...nodeWarnings(nodes).map((warning) => `${location(["nodes"])}: ${warning}`),
    ...openNodeClients(nodes, attestation.keyBroker.clientCidrs).map(
      (warning) => `${location(["attestation", "keyBroker", "clientCidrs"])}: ${warning}`,
    ),
    ...notices.map(({ text }) => text),
  ];
  for (const warning of warnings) await pulumi.log.warn(warning);

  const opts = { provider: clusterProvider(config.parties.modelOwner, cluster.context) };
  const policies = policiesInForce("owner", config.admission, { exceptions: config.exceptions, now });
  const admission = new AdmissionPolicies("admission", { policies }, opts);
  const { operator } = attestation;
  const place = { releases, nodes, accepted, secrets: pulumi.secret(secrets) };
  const trustee = operator
    ? openshiftTrustee(config, operator, place, opts)
    : new Trustee("trustee", { ...place, ...keyBrokerArgs(attestation), platformSet: platform.set, pins }, opts);
  const sources = placeKeySources(attestation, trustee.namespaceName, projectDirectory(environment), opts);
  return {
    ...sources,
    admissionPolicies: admission.policyNames,
    releases: releaseOutputs(config, releases),
    ...(nodes.length > 0 && { nodes: nodeOutputs(config) }),
    keyBroker: { endpoint: `https://${dnsName}`, caCertificate, service: trustee.keyBrokerHost },
    namespace: trustee.namespaceName,
    keyAuthority: trusteeKeyAuthority(attestation.keyAuthority, attestation.service.kind),
  };
}

/** That one key broker cannot hold so many releases, said before anything is placed. */
export function sizeProblems(stores: () => unknown): string[] {
  try {
    stores();
    return [];
  } catch (error) {
    if (error instanceof TooManyReleases) return [`${location(["models"])}: ${error.message}`];
    throw error;
  }
}

/**
 * Decrypted by the engine, and read as text: Pulumi's own parser would show what it cannot parse. Refused where it was
 * not encrypted, since settings are files that people commit.
 */
function trustSecretsText(): string | undefined {
  const text = new pulumi.Config("trustfoundry").get("trustSecrets");
  if (text !== undefined && !isConfigSecret("trustfoundry:trustSecrets"))
    throw new ConfigurationError([
      `${location(["trustSecrets"])}: stands in plain text; take it out, and set it by \`pulumi config set --secret trustfoundry:trustSecrets < trust-secrets.json\``,
    ]);
  return text;
}

/** The SDK's own, which its typings leave out (@pulumi/pulumi 3.248.0, runtime/config.js). */
const { isConfigSecret } = runtimeConfig as unknown as { readonly isConfigSecret: (key: string) => boolean };

/** What travels to providers: each current release's document, its digest, and who may place it. */
export function releaseOutputs(
  config: Pick<TrustConfig, "models">,
  releases: readonly SignedRelease[],
): Record<string, { file: string; digest: string; providers: string[] }> {
  const current = releases.filter(({ until }) => until === undefined);
  return Object.fromEntries(
    current.map(({ release: { name }, text, digest }) => [
      name,
      {
        file: text,
        digest,
        providers: [...(config.models.find((model) => model.name === name)?.providers ?? [])].sort(),
      },
    ]),
  );
}
