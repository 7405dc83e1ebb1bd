import { azureConfidentialMachines, azureGpuPools, azureResources, azureType } from "../../azure";
import { authoritiesOf, placementsDemanded, policyOf, releasedKeys } from "../../azureReleasePolicy";
import { spaceClaims } from "../../cloudSources";
import { someKnown } from "../../evaluate";
import { azureGuestKey, azureMachine } from "../../examples/azure";
import { gcpMachine, gcpModelKey } from "../../examples/gcp";
import { gcpConfidentialNodes, gcpResources } from "../../gcp";
import { Place } from "../../place";
import type { Resource } from "../../rule";
import { stackRule } from "../../rule";

const azureKeys = azureResources("keyvault:Key");
const gcpKeys = gcpResources("gcp:kms/cryptoKey:CryptoKey");

export const cloudOwnerKeys = stackRule({
  id: "cloud-owner-keys",
  title: "The model owner's keys lie elsewhere than the nodes that they open weights for",
  pillar: "attestation",
  severity: "high",
  threat:
    "The cloud that runs the node also runs the vault and the service that attests: nobody but the untrusted provider decides whether the key is released.",
  remediation:
    "Keep model keys in a project or resource group of the owner's own, better with a key broker of his own; a node's disk keys may lie beside it.",
  source: spaceClaims,
  platforms: ["azure", "gcp"],
  claims: ["keys-for-release-only", "cloud-node-confidential"],
  // Both clouds' own ways to release keys are like that; the parties have to know it and agree.
  baseline: "advisory",
  boundary: { by: "nothing", how: "who runs vault and attestation can release the key to anything" },
  kinds: [...azureKeys.kinds, ...gcpKeys.kinds],
  *select(resource) {
    for (const { body } of azureKeys.select(resource)) yield { resource, body, place: body.at("resourceGroupName") };
    for (const { body } of gcpKeys.select(resource)) yield { resource, body, place: body.at("keyRing") };
  },
  *check({ resource, place }, all) {
    if (isForDisks(resource, all)) return;
    const azure = azureType(resource) !== undefined;
    const nodes = all.filter((other) => (azure ? isAzureNode(other) : isGcpNode(other)));
    const beside = someKnown(nodes, (node) => homeOf(node) !== undefined && homeOf(node) === keyHome(place, azure));
    if (beside) yield place.finding("is where confidential nodes of this stack are as well");
  },
  compliant: [azureGuestKey, azureMachine, gcpModelKey, gcpMachine],
  breakages: [
    {
      mistake: "a model's key in the resource group of its nodes",
      path: "/resourceGroupName",
      value: "factory",
      expect: "resourceGroupName",
    },
    {
      mistake: "a model's key in the project of its nodes",
      resource: 2,
      path: "/keyRing",
      value: "projects/provider/locations/us-central1/keyRings/models",
      expect: "keyRing",
    },
  ],
});

/** Keys of disks: an encryption set or a node depends on them, or Azure's platform releases them before there is a guest. */
function isForDisks(key: Resource, all: readonly Resource[]): boolean {
  for (const released of releasedKeys.select(key)) {
    const policy = policyOf(released);
    const placements = policy ? authoritiesOf(policy).flatMap(placementsDemanded) : [];
    if (placements.length > 0 && placements.every((placement) => placement === "platform")) return true;
  }
  const users = all.filter(({ dependsOn }) => dependsOn?.includes(key.urn ?? ""));
  return users.some((user) => azureType(user) === "compute:DiskEncryptionSet" || isGcpNode(user));
}

function isAzureNode(resource: Resource): boolean {
  const first = [...azureConfidentialMachines.select(resource), ...azureGpuPools.select(resource)][0];
  return first !== undefined;
}

function isGcpNode(resource: Resource): boolean {
  return [...gcpConfidentialNodes.select(resource)].length > 0;
}

/** The resource group, or the project; undefined where the provider's default holds. */
function homeOf(node: Resource): string | undefined {
  const body = Place.root(node.props);
  return body.at(azureType(node) === undefined ? "project" : "resourceGroupName").text;
}

function keyHome(place: Place, azure: boolean): string | undefined {
  return azure ? place.text : /^projects\/([^/]+)\//.exec(place.text ?? "")?.[1];
}
