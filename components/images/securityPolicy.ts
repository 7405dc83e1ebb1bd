import { canonicalJson } from "../names";
import { isRepository } from "./repository";

/**
 * Which images a guest may pull, in the format of containers-policy.json as the guest's image-rs reads it
 * (guest-components image-rs/src/signature, v0.21.0; the same in the commit that Kata 4.1.0 names). The guest enforces
 * it, and it is measured with the init-data: a trust boundary.
 */
export interface ImageTrust {
  /** Repository with its registry, without tag or digest: `nvcr.io/nim/meta/llama-3.1-8b-instruct`. */
  readonly repository: string;
  /** `sha256:…` of the image. */
  readonly digest: string;
  /** How the guest convinces itself of the image. */
  readonly evidence: SignedImage | UnsignedImage;
}

/** The image carries a cosign signature by this key. */
export interface SignedImage {
  readonly kind: "signed";
  /** PEM public key. */
  readonly publicKey: string;
}

/**
 * The image has no signature. Only this one digest is then let through, and the agent policy names the same digest; a
 * signature would say in addition who vouches for it. To be named, never a default.
 */
export interface UnsignedImage {
  readonly kind: "unsignedAcceptedByDigest";
}

type Requirement =
  | { readonly type: "reject" }
  | { readonly type: "insecureAcceptAnything" }
  | {
      readonly type: "sigstoreSigned";
      readonly keyData: string;
      readonly signedIdentity: { readonly type: "matchRepository" };
    };

/** The policy as canonical JSON: everything is rejected but the images named. */
export function imageSecurityPolicy(images: readonly ImageTrust[]): string {
  if (images.length === 0)
    throw new Error("image policy: no image is named, so no guest could start; name at least one");
  const scopes: Record<string, Requirement[]> = {};
  for (const image of images) {
    checkImage(image);
    const [scope, requirement] = requirementOf(image);
    const other = scopes[scope]?.[0];
    if (other && canonicalJson(other) !== canonicalJson(requirement))
      throw new Error(
        `image policy: ${image.repository} is trusted by two different keys; give each key its own repository`,
      );
    scopes[scope] = [requirement];
  }
  return canonicalJson({ default: [{ type: "reject" }], transports: { docker: scopes } });
}

function requirementOf({ repository, digest, evidence }: ImageTrust): [scope: string, Requirement] {
  // A full reference as scope matches that reference alone; tags and other digests fall through to `reject`. Signed ones,
  // too: genpolicy's rules (Kata 4.1.0) leave the image to the host, which could start an older one of the same key.
  const scope = `${repository}@${digest}`;
  if (evidence.kind === "unsignedAcceptedByDigest") return [scope, { type: "insecureAcceptAnything" }];
  // image-rs takes keyData as the PEM itself (containers/image wants base64), and checks the identity that a signature
  // claims only where signedIdentity is set; of its forms cosign signatures can meet matchRepository.
  const keyData = evidence.publicKey.trim() + "\n";
  return [scope, { type: "sigstoreSigned", keyData, signedIdentity: { type: "matchRepository" } }];
}

function checkImage({ repository, digest, evidence }: ImageTrust): void {
  if (!isRepository(repository))
    throw new Error(
      `image policy: "${repository}" is no repository with its registry; write for example nvcr.io/nim/meta/model`,
    );
  // The guest looks for the expanded name, so the short one would never be found.
  const [, short] = /^docker\.io\/([^/]+)$/.exec(repository) ?? [];
  if (short !== undefined)
    throw new Error(`image policy: "${repository}" is short for docker.io/library/${short}; write that`);
  if (!/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new Error(`image policy: "${digest}" is no digest; write sha256:<64 hex digits>`);
  if (
    evidence.kind === "signed" &&
    // One key and nothing beside it: init-data is public.
    !/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/.test(evidence.publicKey)
  )
    throw new Error(
      `image policy: the key for ${repository} is not one PEM public key; write it from BEGIN PUBLIC KEY to END PUBLIC KEY`,
    );
}
