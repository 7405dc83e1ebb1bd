import type { KeyObject } from "node:crypto";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { documentFileName } from "../../components/workload/release/document";
import type { Factory } from "../../stacks/config/factory";
import type { RehearsalMaterial } from "../../stacks/rehearsal";
import { openRelease, readRelease } from "../commands/release/open";
import { privateOnce } from "../controlplane/files";
import { publicPem, simulatedAttestations } from "./imageAttestations";
import type { InstancePaths } from "./paths";

/** Name of the signer that a rehearsal's providers accept: what it signs was made up. */
export const scannerName = "image scanner (SIMULATED)";

/** SIMULATED: whoever scans images for a provider, with a key of its own, and what the provider has accepted. */
export function imageScanner(paths: InstancePaths, factory: Factory) {
  const demanding = factory.providers.filter(({ acceptance }) => acceptance).map(({ name }) => name);
  return {
    /** Of each provider that demands something: its scanner, and the images of the releases for it. */
    acceptance: (releases: string): NonNullable<RehearsalMaterial["acceptance"]> =>
      Object.fromEntries(
        demanding.map((provider) => [
          provider,
          {
            attestationSigners: [{ name: scannerName, publicKey: publicPem(scannerKey(paths, provider)) }],
            images: factory.models
              .filter(({ providers }) => providers.includes(provider))
              .map(({ name }) => openRelease(join(releases, documentFileName(name))).release.image.digest),
          },
        ]),
      ),
    /** The attestations of a release's image, where the provider demands any. */
    attest: (provider: string, document: string, now: Date): string | undefined =>
      demanding.includes(provider)
        ? simulatedAttestations(readRelease(document, "the release").release, scannerKey(paths, provider), now)
        : undefined,
  };
}

/** Made at first use, mode 0600. */
function scannerKey(paths: InstancePaths, provider: string): KeyObject {
  const make = () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    return privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  };
  return createPrivateKey(privateOnce(join(paths.party(provider), "image-scanner.key"), make));
}
