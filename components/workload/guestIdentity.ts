import { canonicalJson, sha256 } from "../names";
import type { Release } from "./release";

/** Annotation of pods with the identity of the guest that they were placed as. */
export const guestIdentityAnnotation = "trustfoundry.dev/guest";

/**
 * What the key broker tells this release's guests from all others by, and what it gives them, as one digest: two releases
 * of the same identity have the same guests, whatever their numbers and validity are.
 *
 * It stands on the pods, because a new Kata or guest image changes nothing else of them: without it the guests of before
 * would go on running, and be left without keys once their release is retired. It is the provider's word and proves
 * nothing; what a guest is shows its evidence.
 */
export function guestIdentity(release: Release): string {
  const { launch, guestImage, initData, tcb, gpu, gpuClaims, resources, servingKey, artifact } = release;
  return sha256(
    canonicalJson({
      launch,
      guestImage,
      initData: initData.digest,
      tcb,
      gpu,
      gpuClaims,
      resources,
      servingKey,
      artifact,
    }),
  );
}
