import { describe, expect, it } from "vitest";
import {
  kbsResourcePath,
  kbsResourceUri,
  requestPath,
  resourcePathOf,
  resourcePluginOf,
  resourceUriOf,
} from "../../../components/images/kbsResource";

describe("a KBS resource", () => {
  it.each(["acme/model-key/llama-8b", "a/b/c.pem", "a_b/c/.hidden", "a/b/v1..2"])("may be %s", (path) => {
    expect(kbsResourcePath.safeParse(path).success).toBe(true);
    expect(kbsResourceUri.safeParse(`kbs:///${path}`).success).toBe(true);
    expect(resourcePathOf(`kbs:///${path}`)).toBe(path);
  });

  it.each(["a/b", "a/b/c/d", "/a/b/c", "a/../c", "a/b/..", "a/b/.", "a/b/c d", "a/b/", "a/b/c\n"])(
    "is not %j",
    (path) => {
      expect(kbsResourcePath.safeParse(path).success).toBe(false);
      expect(kbsResourceUri.safeParse(`kbs:///${path}`).success).toBe(false);
      expect(() => resourcePathOf(`kbs:///${path}`)).toThrow(/is no KBS resource/);
    },
  );

  it("is the guest's own broker's: no host, no plugin but its own and PKCS#11, of which no key is wrapped", () => {
    for (const uri of [
      "kbs://elsewhere/a/b/c",
      "https:///a/b/c",
      // What the plugin would answer with an error.
      "kbs+pkcs11:///a/b/c",
      "kbs+pkcs11:///wrap-key",
      "kbs+pkcs11:///resource/a/b/c/d",
      "kbs+pkcs11:///resource/a/b/..",
      "kbs+pkcs11://elsewhere/resource/a/b/c",
      "kbs+external:///resource/a/b/c",
      "kbs+resource:///a/b/c",
    ])
      expect(kbsResourceUri.safeParse(uri).success, uri).toBe(false);
  });

  it.each(["resource", "pkcs11"] as const)("has one URI for each plugin (%s)", (plugin) => {
    const uri = resourceUriOf(plugin, "acme/model-key/llama");
    expect(kbsResourceUri.safeParse(uri).success).toBe(true);
    expect([resourcePluginOf(uri), resourcePathOf(uri)]).toEqual([plugin, "acme/model-key/llama"]);
    // Whatever follows the authority is what the key broker's policy is shown.
    expect(uri.endsWith(`:///${requestPath(plugin, "acme/model-key/llama").join("/")}`)).toBe(true);
  });
});
