import { describe, expect, it } from "vitest";
import { kbsResourcePath, kbsResourceUri, resourcePathOf } from "../../../components/images/kbsResource";

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

  it("is the guest's own broker's: no host, no other plugin", () => {
    for (const uri of ["kbs://elsewhere/a/b/c", "kbs+pkcs11:///a/b/c", "https:///a/b/c"])
      expect(kbsResourceUri.safeParse(uri).success).toBe(false);
  });
});
