import { unboundPart } from "./bound";
import type { ReleaseDocument } from "./document";
import { releaseText } from "./document";
import { releaseSchema, releaseSpecVersion } from "./schema";
import type { Release } from "./schema";
import { visible } from "./visible";

/**
 * Interprets what a document carries, without asking who signed it: `verifyRelease` does that first. A refusal ends a
 * sentence that begins with the file.
 */
export function readPayload(document: ReleaseDocument): { readonly release: Release } | { readonly refusal: string } {
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(document.payload, "base64url"),
    );
    parsed = JSON.parse(text);
  } catch {
    return { refusal: "signs something that is not JSON; ask the model owner for a release" };
  }
  const version =
    typeof parsed === "object" && parsed !== null ? (parsed as { specVersion?: unknown }).specVersion : undefined;
  if (version !== releaseSpecVersion)
    return {
      refusal: `is of format ${visible(JSON.stringify(version)?.slice(0, 60) ?? "unknown")}, and this version reads ${releaseSpecVersion} alone; ask the model owner for one of that format`,
    };
  const result = releaseSchema.safeParse(parsed);
  if (!result.success) {
    const first = result.error.issues[0];
    return {
      refusal: `is no release of format v1 (${visible(`${first?.path.join(".") || "release"}: ${(first?.message ?? "").slice(0, 200)}`)}); ask the model owner for one`,
    };
  }
  // Two spellings of one content could be read differently by two readers, a repeated key for example.
  if (releaseText(result.data) !== text)
    return {
      refusal: "signs bytes that are not the canonical JSON of their content; ask the model owner to create it anew",
    };
  const unbound = unboundPart(result.data);
  if (unbound !== undefined) return { refusal: `${unbound}; ask the model owner to create it anew` };
  return { release: result.data };
}
