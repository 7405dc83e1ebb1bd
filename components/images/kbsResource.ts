import { z } from "zod";

/** How a guest names a resource of its key broker: guest-components attestation-agent/docs/RESOURCE_URI.md (v0.21.0). */
const uri = /^kbs:\/\/\/([\w-]+\/[\w-]+\/(?!\.{1,2}$)[\w.-]+)$/;

/** A `kbs:///<repository>/<type>/<tag>` without a host: the guest takes the broker that its init-data names. */
export const kbsResourceUri = z.string().regex(uri, "a KBS resource, kbs:///<repository>/<type>/<tag>");

/** A resource as releases and the resource policy write it, `<repository>/<type>/<tag>`. */
export const kbsResourcePath = z
  .string()
  // A tag of dots alone would be a directory in the broker's store.
  .regex(/^[\w-]+\/[\w-]+\/(?!\.{1,2}$)[\w.-]+$/, "a KBS resource, repository/type/tag, e.g. acme/model-key/llama-8b");

/** `repository/type/tag` of a resource's URI. */
export function resourcePathOf(resourceUri: string): string {
  const [, path] = uri.exec(resourceUri) ?? [];
  if (path === undefined)
    throw new Error(`"${resourceUri}" is no KBS resource; write kbs:///<repository>/<type>/<tag>`);
  return path;
}
