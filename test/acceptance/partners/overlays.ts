import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAs } from "../../../stacks/config/load";
import { ownerKeys } from "../../../tooling/rehearsal/ownerKeys";
import { issueReleases } from "../../../tooling/rehearsal/ownerReleases";
import type { Factory } from "../../../stacks/config/factory";
import { root } from "../../support/factory";
import { bothSign, signers } from "../../support/signing";
import type { Overlay, Sections, StackMaterial } from "./partnerCase";

/** Stand-in charts and computed digests instead of registries: SIMULATED. */
export function offline({ sections }: Pick<StackMaterial, "sections">): Overlay {
  return { sections: { simulated: true, platform: withCharts(sections) } };
}

function withCharts({ platform }: Sections) {
  return { ...(platform as object), charts: { kind: "directory", path: join(root, "tooling/rehearsal/charts") } };
}

/**
 * The model owner's side: as `offline`, with a CA, keys and signers of this run, and the sample's releases signed by them.
 * `attestation` is what a rehearsal leaves out: its keys are made up and come with trustSecrets.
 */
export async function ownerOffline({ project, sections }: StackMaterial): Promise<Overlay> {
  const attestation = sections.attestation as { readonly keyBroker: object; readonly resourcesSecret?: string };
  const { resourcesSecret, ...kept } = attestation;
  void resourcesSecret;
  const keys = await keysFor(sections);
  const releases = join(project, "releases");
  mkdirSync(releases, { recursive: true });
  const overlay = {
    simulated: true,
    attestation: { ...kept, keyBroker: { ...attestation.keyBroker, caCertificate: keys.caCertificate } },
    platform: withCharts(sections),
    signers: bothSign,
    releases,
  };
  await issueReleases(parseAs("trust", { ...sections, ...overlay }), signers, new Date());
  return { sections: overlay, secrets: { trustSecrets: keys.secrets } };
}

async function keysFor(sections: Sections) {
  const directory = mkdtempSync(join(tmpdir(), "owner-keys-"));
  try {
    // All that is read of a factory: the key broker's name and the models' keys.
    return await ownerKeys(directory, sections as unknown as Factory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
