import * as pulumi from "@pulumi/pulumi";
import type { Place } from "../components/verdict/isolation";
import type { KeyRelease, ReleaseGates } from "../components/verdict/keyAuthority";
import { keyReleases } from "../components/verdict/keyAuthority";
import type { CloudKeys } from "./clouds/keys";
import { ConfigurationError, location } from "./config/errors";
import type { KeysConfig } from "./config/factory";

/**
 * The model owner's keys at a cloud, released by that cloud's own attestation: `keyAuthority: cloud`, by name. In an account
 * of the owner's own, and still graded lower: whoever runs the machines runs vault and attestation, too.
 */
export async function ownerKeys(config: KeysConfig): Promise<Record<string, unknown>> {
  const place = config.azure ? "azureNode" : "gcpSpace";
  const release = releaseBy(place);
  for (const warning of keyAuthorityWarnings(place, release))
    await pulumi.log.warn(`${location(["keyAuthority"])}: ${warning}`);
  const { authority } = config.azure ?? {};
  if (authority !== undefined && !isShared(authority))
    await pulumi.log.warn(
      `${location(["azure", "authority"])}: "${authority}": whoever administers this attestation provider writes the policy by which its tokens call a machine compliant, ` +
        "and thereby decides who gets the keys; make sure that it is in a subscription of your own, and never the nodes' provider's",
    );
  const { outputs, nextSteps } = await cloudKeys(config);
  return {
    keyAuthority: { who: config.keyAuthority, grade: release.grade, because: release.because },
    releasedOn: asked(release.gates),
    ...outputs,
    nextSteps,
  };
}

/** A cloud's SDK takes half a second and a hundred megabytes, so it is loaded by those who use it. */
async function cloudKeys({ azure, gcp }: KeysConfig): Promise<CloudKeys> {
  if (azure) return (await import("./clouds/azureKeys.js")).azureKeys(azure);
  if (gcp) return (await import("./clouds/gcpKeys.js")).gcpKeys(gcp);
  throw new ConfigurationError([`${location(["azure"])}: missing, and gcp too; say at which cloud the keys are`]);
}

function releaseBy(place: Place): KeyRelease {
  const release = keyReleases[place].cloud;
  if ("notOffered" in release) throw new ConfigurationError([`${location(["keyAuthority"])}: ${release.notOffered}`]);
  return release;
}

/** What is not asked is said as well: an output that is missing says nothing. */
function asked(gates: ReleaseGates): Record<keyof ReleaseGates, string> {
  const { cpu = nothing, gpu = nothing, image = nothing, initData = nothing } = gates;
  return { cpu, gpu, image, initData };
}

const nothing = "nothing is asked";

/** One of those that Microsoft runs for everybody, whose policy nobody else writes. */
const isShared = (authority: string) => /^https:\/\/shared[a-z0-9]+\./i.test(authority);

/** In plain words at every preview: what is given up, and for whom the keys are no good. */
export function keyAuthorityWarnings(place: Place, { attests, couldRelease, gates, grade }: KeyRelease): string[] {
  return [
    `cloud is graded lower (${grade}): ${attests} decides who gets the keys, and without any evidence they can be had by ${couldRelease}; ` +
      "keys stay with you alone in your own Trustee (role trust, keyAuthority: owner)",
    gates.gpu === undefined
      ? "no claim about the GPU is part of the release: a machine whose GPU is not in confidential mode gets the keys all the same, so have the program ask NVIDIA's verifier before it loads weights"
      : "tokens exist for Confidential Space machines alone: neither GKE nodes nor plain confidential machines get these keys",
    ...(place === "azureNode"
      ? [
          "the release looks at no image and no program: whatever runs on a machine with one of the principals gets the keys",
        ]
      : []),
  ];
}
