import { join, resolve } from "node:path";
import { parse as parseToml } from "smol-toml";
import { kindsOf } from "../../components/attestation/nodeAdmission";
import { verifierKind } from "../../components/attestation/nvidiaVerifier";
import { attestationPolicies } from "../../components/attestation/attestationPolicies";
import { checkKbsConfiguration } from "../../components/attestation/configuration/check";
import { evidenceProblems } from "../../components/attestation/acceptedEvidence";
import { trusteeConfiguration } from "../../components/attestation/kbsConfiguration";
import { referenceValues } from "../../components/attestation/referenceValues";
import { resourcePolicy } from "../../components/attestation/resourcePolicy";
import { hostProblems, nodeLabels } from "../../components/cluster/nodeLabels";
import { renderFirmwarePlan } from "../../components/host/firmware/planText";
import { platformSets } from "../../components/platform";
import { policiesInForce } from "../../policies/admission/inForce";
import { hostFirmware, firmwarePlanProblems } from "../../stacks/additions/firmware";
import { azureJudgement } from "../../stacks/clouds/azureRequests";
import { caveats, gcpNextSteps } from "../../stacks/clouds/gcpNextSteps";
import { departuresOf, servicesOf, zonesOf } from "../../stacks/clouds/gcpRequests";
import { ConfigurationError, location } from "../../stacks/config/errors";
import type { InfrastructureConfig, TrustConfig } from "../../stacks/config/factory";
import type { StackConfig } from "../../stacks/config/load";
import { parseConfig } from "../../stacks/config/load";
import { isBareMetal } from "../../stacks/config/providers";
import { keyBrokerArgs, keyBrokerProblems, keyBrokerWarnings } from "../../stacks/keyBroker";
import { admittedNodes, nodeOutputs } from "../../stacks/nodes";
import { derivedSections } from "./corpus";
import type { CorpusMaterial } from "./material";

const root = resolve(__dirname, "../..");
/** A day of the past's future: what is rendered does not follow the clock. */
const now = new Date("2026-11-27T00:00:00Z");

/** What follows from a configuration without files, clusters and clouds, as text; the same configuration gives the same. */
export function rendered(config: StackConfig, material: CorpusMaterial): string {
  switch (config.role) {
    case "rehearsal":
      return derivedSections(config, material)
        .map((sections) => rendered(refusedNever(sections), material))
        .join("\n");
    case "trust":
      return trustText(config);
    case "infrastructure":
      return infrastructureText(config);
    default:
      return json(config);
  }
}

/** A description that was accepted and stands for a stack that is not would fail in the middle of a rehearsal. */
function refusedNever(sections: Readonly<Record<string, unknown>>): StackConfig {
  try {
    return parseConfig(sections);
  } catch (error) {
    throw new Error(
      `accepted as a description, refused as its stack ${String(sections.role)}: ${(error as Error).message}`,
    );
  }
}

function trustText(config: TrustConfig): string {
  const { attestation, simulated, platform } = config;
  const nodes = admittedNodes(config);
  const accepted = {
    verifier: verifierKind(attestation.nvidiaVerifier),
    chips: attestation.chips,
    gpus: attestation.gpus,
  };
  const problems = [
    ...evidenceProblems([], accepted, nodes).map((problem) => `${location(["attestation"])}: ${problem}`),
    ...keyBrokerProblems(attestation, [], nodes, simulated, now),
  ];
  // Releases are files: where models need some, what is said about their absence is right, and no reason to stop.
  if (config.models.length === 0 && problems.length > 0) throw new ConfigurationError(problems);
  const toml = trusteeConfiguration({
    trusteeVersion: platformSets[platform.set].versions.trustee,
    namespace: "trustee",
    nvidiaVerifier: accepted.verifier,
    tees: ["snp", "tdx"],
    service: attestation.service,
    keyStore: attestation.keyStore,
    sessions: attestation.keyBroker.sessions,
    vcekCache: attestation.vcekCache,
    collateralService: attestation.collateralService,
  });
  parseToml(toml.kbs);
  const wrong = attestation.service.kind === "coco" ? checkKbsConfiguration(toml.kbs) : [];
  if (wrong.length > 0) throw new Error(`rendered for the key broker: ${wrong.join("; ")}`);
  return json({
    toml,
    problems,
    warnings: keyBrokerWarnings(attestation, simulated),
    args: keyBrokerArgs(attestation),
    nodes: nodeOutputs(config),
    policies: attestationPolicies(accepted.verifier, kindsOf(nodes)),
    ...(nodes.length > 0 && {
      resources: resourcePolicy([], accepted, nodes),
      values: referenceValues([], accepted, nodes),
    }),
    admission: policiesInForce("owner", config.admission, { exceptions: config.exceptions, now }),
  });
}

function infrastructureText(config: InfrastructureConfig): string {
  const provider = config.providers.find(({ name }) => name === config.provider);
  if (!provider) throw new Error("accepted without a provider");
  const admission = policiesInForce("provider", config.admission, {
    exceptions: config.exceptions,
    now,
    isolationUnit: config.isolationUnit,
    tenants: [config.parties.modelOwner],
  });
  if (!isBareMetal(provider)) {
    const { azure, gcp } = provider;
    return json({
      admission,
      azure: azure && azureJudgement(azure),
      gcp: gcp && [departuresOf(gcp), servicesOf(gcp), zonesOf(gcp), caveats(gcp), gcpNextSteps(gcp)],
    });
  }
  const problems = [
    ...provider.hosts.flatMap((host) => hostProblems(host)),
    ...firmwarePlanProblems(provider, join(root, "stacks/partners/generic")),
  ];
  if (problems.length > 0)
    throw new ConfigurationError(problems.map((problem) => `${location(["providers"])}: ${problem}`));
  return json({
    admission,
    labels: provider.hosts.map((host) => nodeLabels(host, config.parties.modelOwner)),
    firmware: provider.hosts.flatMap((host) => {
      const found = hostFirmware(host, root);
      return found ? [renderFirmwarePlan(found.plan)] : [];
    }),
  });
}

const json = (value: unknown) => JSON.stringify(value);
