import type { KeyObject } from "node:crypto";
import { createPublicKey, verify } from "node:crypto";
import { NotAsLocked } from "./finding";
import type { Layout, Manifest } from "./layout";
import type { LockedImage } from "../schema";
import { signatureTag } from "../places";

const payloadType = "application/vnd.dev.cosign.simplesigning.v1+json";
const signatureAnnotation = "dev.cosignproject.cosign/signature";
const mostPayloadBytes = 64 * 1024;

interface Payload {
  readonly critical?: {
    readonly identity?: { readonly "docker-reference"?: unknown };
    readonly image?: { readonly "docker-manifest-digest"?: unknown };
  };
}

/**
 * Whether a cosign signature by this key lies beside an image, for this digest and repository: what the guest will demand
 * (sigstore/cosign specs/SIGNATURE_SPEC.md; matchRepository). Transparency logs and certificates are not looked at.
 */
export async function checkSignature(
  layout: Layout,
  image: LockedImage & { readonly signedBy: string },
): Promise<void> {
  const tag = signatureTag(image.digest);
  const listed = layout.find(tag);
  if (!listed) throw new NotAsLocked("missing", `its signature (${tag}) is not there, and guests demand one`);
  const manifest = (await layout.whole(listed.digest)) as Manifest;
  const key = keyOf(image.signedBy);
  // Ed25519 brings its own digest, and takes no other's name.
  const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  for (const layer of manifest.layers ?? []) {
    if (layer.mediaType !== payloadType) continue;
    const signature = Buffer.from(layer.annotations?.[signatureAnnotation] ?? "", "base64");
    const payload = await layout.blob(layer, mostPayloadBytes);
    if (signature.length === 0 || !verify(algorithm, payload, key, signature)) continue;
    const { critical } = (JSON.parse(payload.toString("utf8")) as Payload | null) ?? {};
    const reference = critical?.identity?.["docker-reference"];
    if (
      critical?.image?.["docker-manifest-digest"] === image.digest &&
      typeof reference === "string" &&
      reference.replace(/(:[^/:]+)?(@.*)?$/, "") === image.repository
    )
      return;
  }
  throw new NotAsLocked("changed", `no signature under ${tag} is of this image by the key that guests demand`);
}

function keyOf(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new NotAsLocked("refused", "the key that guests demand is no public key; correct models[].signatureKey");
  }
}
