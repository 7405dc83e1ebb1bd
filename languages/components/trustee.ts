import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { evidenceProblems } from "../../components/attestation/acceptedEvidence";
import { rolloverNotices } from "../../components/attestation/admittedRelease";
import { wantedCredentials } from "../../components/attestation/keyStore";
import { nodeExpiryNotices, nodeWarnings } from "../../components/attestation/nodeNotices";
import { verifierKind } from "../../components/attestation/nvidiaVerifier";
import { expiryNotice } from "../../components/attestation/referenceValues";
import { Trustee } from "../../components/attestation/trustee";
import { platformSetNames, platformSets } from "../../components/platform";
import { tokens } from "../../components/tokens";
import { attestationSchema } from "../../stacks/config/attestation";
import { nameSchema } from "../../stacks/config/common";
import { nodesSchema } from "../../stacks/config/nodes";
import type { TrustSecrets, TrustSecretsContext } from "../../stacks/config/secrets";
import { parseTrustSecrets, trustSecretsSchema } from "../../stacks/config/secrets";
import { keyBrokerArgs, keyBrokerProblems, keyBrokerWarnings } from "../../stacks/keyBroker";
import { admittedNodes } from "../../stacks/nodes";
import { pinned, pinsOf } from "../placement";
import { Refusal } from "../refusal";
import { admittedSchema, checkedRelease, historyProblems, trusted } from "../releases";
import type { Admitted } from "../releases";
import { remoteComponent } from "../remoteComponent";

/** Without what releases are computed from, which happened before they were signed, and without partners' own parts. */
const attestationArgument = attestationSchema
  .omit({
    operator: true,
    externalSecrets: true,
    policyManager: true,
    snpTcb: true,
    tdxTcb: true,
    gpuFirmware: true,
  })
  .describe("key broker and what evidence must show");

const settings = z.strictObject({
  ...trusted,
  signers: trusted.signers.optional(),
  ...pinned,
  platformSet: z
    .enum(platformSetNames)
    .default("ra-1.1.0")
    .describe("decides Trustee's version, which has to be the guests'"),
  attestation: attestationArgument,
  releases: admittedSchema,
  nodes: nodesSchema.default([]),
  namespace: nameSchema.default("trustee").describe("namespace that is made for it"),
});

export const trustee = remoteComponent({
  token: tokens.trustee,
  description:
    "The model owner's key broker (KBS) with attestation service and reference values, in a cluster that no provider controls.",
  settings,
  outside: {
    secrets: {
      form: trustSecretsSchema,
      secret: "required",
      description: "keys and credentials of the key broker, as a secret of Pulumi's (docs/trust.md has the form)",
    },
  },
  outputs: {
    namespaceName: { type: "text", description: "Namespace of the key broker." },
    keyBrokerHost: { type: "text", description: "DNS name of the KBS inside the model owner's cluster; port 443." },
  },
  construct: async ({ name, settings: given, outside, opts, surroundings: { now, warn } }) => {
    const releases = await admitted(given, now);
    const pins = pinsOf(given);
    const nodes = admittedNodes(given);
    const { attestation, simulated, platformSet, namespace } = given;
    const complete = { ...attestation, operator: undefined };
    const accepted = {
      verifier: verifierKind(attestation.nvidiaVerifier),
      chips: attestation.chips,
      gpus: attestation.gpus,
    };
    const all = releases.map(({ release }) => release);
    const notices = [expiryNotice(attestation.referenceValueExpiry, now), ...rolloverNotices(releases, now)]
      .concat(nodeExpiryNotices(nodes, now))
      .filter((notice) => notice !== undefined);
    const problems = [
      ...(all.length + nodes.length === 0
        ? ["releases: are none, and nodes neither; give at least one of either"]
        : []),
      ...historyProblems(releases),
      ...nodes.flatMap(({ resources }, index) =>
        resources
          .filter((key) => all.some((release) => release.resources.includes(key)))
          .map((key) => `nodes[${index}].keys: ${key} belongs to a release, whose pods are isolated from their node`),
      ),
      ...evidenceProblems(releases, accepted, nodes).map((problem) => `attestation: ${problem}`),
      ...keyBrokerProblems(complete, all, nodes, simulated, now),
      ...notices.filter(({ expired }) => expired && !simulated).map(({ text }) => text),
    ];
    if (problems.length > 0) throw new Refusal(problems);
    const warnings = [
      ...(all.length > 0 ? platformSets[platformSet].warnings : []),
      ...releases.flatMap((release) => release.warnings),
      ...keyBrokerWarnings(complete, simulated),
      ...nodeWarnings(nodes),
      ...notices.map(({ text }) => text),
    ];
    for (const warning of warnings) await warn(warning);
    const { dnsName, caCertificate } = attestation.keyBroker;
    const wanted = {
      wantedKeys: [...new Set([...all, ...nodes].flatMap(({ resources }) => resources))],
      dnsName,
      caCertificate,
      simulated,
      wantedCredentials: wantedCredentials(attestation.keyStore),
      wantsIntelKey: attestation.service.kind === "intelTrustAuthority",
    };
    const secrets = await checkedSecrets(outside.secrets, wanted);
    return new Trustee(
      name,
      { releases, nodes, accepted, ...keyBrokerArgs(complete), platformSet, pins, namespace, secrets },
      opts,
    );
  },
});

/**
 * Secrets that fit, still secret. Where other resources make them they are unknown at preview; in an update they are looked at
 * before anything is registered. An error inside of `apply` would end the whole process, so it is brought out as a value.
 */
async function checkedSecrets(
  given: pulumi.Output<unknown>,
  wanted: TrustSecretsContext,
): Promise<pulumi.Output<TrustSecrets>> {
  const outcome = given.apply((raw): { readonly secrets?: TrustSecrets; readonly error?: unknown } => {
    try {
      return { secrets: parseTrustSecrets(raw, wanted) };
    } catch (error) {
      return { error };
    }
  });
  const known = await (outcome as unknown as { promise: () => Promise<{ error?: unknown } | undefined> }).promise();
  if (known?.error !== undefined) throw known.error;
  return outcome.apply(({ secrets }) => secrets as TrustSecrets);
}

async function admitted(given: z.infer<typeof settings>, now: Date): Promise<Admitted[]> {
  const { signers, releases } = given;
  if (releases.length === 0) return [];
  if (!signers) throw new Refusal(["signers: missing; add whose signatures a release needs: public keys by party"]);
  const checked = await Promise.all(
    releases.map(async ({ document, until }, index) => ({
      until,
      outcome: await checkedRelease(document, `releases[${index}]`, { ...given, signers }, now),
    })),
  );
  const problems = checked.flatMap(({ outcome }) => ("problems" in outcome ? outcome.problems : []));
  if (problems.length > 0) throw new Refusal(problems);
  return checked.flatMap(({ until, outcome }) => ("problems" in outcome ? [] : [{ ...outcome, until }]));
}
