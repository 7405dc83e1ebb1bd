import { z } from "zod";

/** Who of the key broker answers for a resource: its own store, or an HSM behind its PKCS#11 plugin. */
export const resourcePlugins = ["resource", "pkcs11"] as const;
export type ResourcePlugin = (typeof resourcePlugins)[number];

// A tag of dots alone would be a directory in the broker's store.
const path = String.raw`[\w-]+/[\w-]+/(?!\.{1,2}$)[\w.-]+`;

/**
 * How a guest names a resource of its key broker: guest-components attestation-agent/docs/RESOURCE_URI.md (v0.21.0). All
 * that follows the authority is appended to `/kbs/v0/<plugin>/`, and the PKCS#11 plugin keeps resources under `resource/`
 * (kbs/src/plugins/implementations/pkcs11.rs of Trustee v0.21.0); `kbs+pkcs11:///a/b/c` is no resource of it.
 */
const uris: Readonly<Record<ResourcePlugin, RegExp>> = {
  resource: new RegExp(`^kbs:///(${path})$`),
  pkcs11: new RegExp(String.raw`^kbs\+pkcs11:///resource/(${path})$`),
};

/** A URI without a host: the guest takes the broker that its init-data names. */
export const kbsResourceUri = z
  .string()
  .refine(
    (uri) => resourcePlugins.some((plugin) => uris[plugin].test(uri)),
    "a KBS resource, kbs:///<repository>/<type>/<tag>, or of an HSM kbs+pkcs11:///resource/<repository>/<type>/<tag>",
  );

/** A resource as releases and the resource policy write it, `<repository>/<type>/<tag>`, wherever the broker keeps it. */
export const kbsResourcePath = z
  .string()
  .regex(new RegExp(`^${path}$`), "a KBS resource, repository/type/tag, e.g. acme/model-key/llama-8b");

/** `repository/type/tag` of a resource's URI. */
export function resourcePathOf(resourceUri: string): string {
  return parsed(resourceUri).path;
}

/** Which plugin a guest asks by this URI. */
export function resourcePluginOf(resourceUri: string): ResourcePlugin {
  return parsed(resourceUri).plugin;
}

/** The form of a URI, for messages. */
export function resourceUriOf(plugin: ResourcePlugin, resourcePath: string): string {
  return plugin === "resource" ? `kbs:///${resourcePath}` : `kbs+pkcs11:///resource/${resourcePath}`;
}

/** What the resource policy is shown of a request for it, as data["resource-path"]. */
export function requestPath(plugin: ResourcePlugin, resourcePath: string): string[] {
  return [...(plugin === "pkcs11" ? ["resource"] : []), ...resourcePath.split("/")];
}

function parsed(resourceUri: string): { readonly plugin: ResourcePlugin; readonly path: string } {
  for (const plugin of resourcePlugins) {
    const [, found] = uris[plugin].exec(resourceUri) ?? [];
    if (found !== undefined) return { plugin, path: found };
  }
  throw new Error(`"${resourceUri}" is no KBS resource; write kbs:///<repository>/<type>/<tag>`);
}
