import { canonicalJson, sha256 } from "../names";
import { releaseSchema } from "./release";
import type { Release } from "./release";

/** Name of a release's file in a handover directory. */
export function releaseFileName(name: string): string {
  return `${name}.release.json`;
}

/** The bytes that travel between parties: canonical JSON and a newline. */
export function releaseFileText(release: Release): string {
  return `${canonicalJson(release)}\n`;
}

/** SHA-256 of the file's bytes, lower-case hex: what the parties agree upon. */
export function releaseDigest(release: Release): string {
  return sha256(releaseFileText(release));
}

export type ReleaseReading = { readonly release: Release } | { readonly refusal: string };

/** Opens a release file: the digest first, then the format, so that nothing of a changed file is interpreted. */
export function readReleaseFile(text: string, agreedDigest: string): ReleaseReading {
  const digest = sha256(text);
  if (digest !== agreedDigest)
    return {
      refusal:
        `has the digest ${digest}, but ${agreedDigest} was agreed upon with the model owner: the file was changed on its way, or the ` +
        "agreement is older than the release; fetch the release again and compare digests with the owner",
    };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { refusal: "is not JSON; fetch the release again" };
  }
  const result = releaseSchema.safeParse(parsed);
  if (!result.success) {
    const first = result.error.issues[0];
    return {
      refusal: `is no release of format v0 (${first?.path.join(".") ?? ""}: ${first?.message ?? ""}); ask the model owner for one`,
    };
  }
  return { release: result.data };
}
