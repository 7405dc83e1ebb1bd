import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CatalogLock } from "../../components/catalogLock";
import {
  emptyLock,
  imageReference,
  parseCatalogLock,
  pinKey,
  renderCatalogLock,
  resolveImage,
  resolvePin,
  splitReference,
  taggedDigest,
} from "../../components/catalogLock";

const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
const lock: CatalogLock = {
  lockVersion: 1,
  pins: {
    "images/kata-deploy@4.0.0": { manifest: digestOf("a"), from: "quay.io/kata-containers/kata-deploy" },
    "charts/gpu-operator@v26.3.1": { archive: digestOf("b"), from: "https://helm.ngc.nvidia.com/nvidia" },
    "nvcr.io/nim/acme@2.0.0": { manifest: digestOf("c"), from: "nvcr.io/nim/acme" },
  },
};
const locked = { lock, simulated: false };
const rehearsal = { lock: emptyLock, simulated: true };

describe("catalog.lock", () => {
  it("reads back what was rendered, sorted", () => {
    const text = renderCatalogLock(lock);
    expect(parseCatalogLock(text)).toEqual(lock);
    const keys = [...text.matchAll(/^ {4}"(.+)": \{$/gm)].map(([, key]) => key);
    expect(keys).toEqual([...keys].sort());
    expect(keys).toHaveLength(3);
  });

  it("is the same text in whatever order its pins were found", () => {
    const entries = Object.entries(lock.pins);
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        expect(renderCatalogLock({ lockVersion: 1, pins: Object.fromEntries(shuffled) })).toBe(renderCatalogLock(lock));
      }),
    );
  });

  it.each([
    ["{", /is not JSON; restore it, or delete it and run `npm run catalog -- lock`/],
    ["null", /is not of lockVersion 1/],
    ['{"lockVersion":2,"pins":{}}', /is not of lockVersion 1/],
    ['{"lockVersion":1}', /is not of lockVersion 1/],
    ['{"lockVersion":1,"pins":{"a@1":null}}', /a@1 has no digest/],
    ['{"lockVersion":1,"pins":{"a@1":{"from":"x"}}}', /a@1 has no digest/],
    [`{"lockVersion":1,"pins":{"a@1":{"manifest":"sha256:abc","from":"x"}}}`, /a@1 has no digest of the form/],
    [`{"lockVersion":1,"pins":{"a@1":{"manifest":"${digestOf("a")}","archive":7,"from":"x"}}}`, /a@1 has no digest/],
    [`{"lockVersion":1,"pins":{"a@1":{"manifest":"${digestOf("a")}"}}}`, /a@1 does not say where it was read/],
  ])("that is no lock is refused, never taken for an empty one: %s", (text, reason) => {
    expect(() => parseCatalogLock(text)).toThrow(reason);
  });
});

describe("a pin", () => {
  it("is the lock's digest of the version in the platform set", () => {
    const pin = resolvePin("images/kata-deploy", "ra-1.1.0", locked);
    expect(pin).toMatchObject({ version: "4.0.0", digest: digestOf("a"), simulated: false });
    expect(imageReference(pin)).toBe(`quay.io/kata-containers/kata-deploy@${digestOf("a")}`);
    expect(taggedDigest(pin)).toBe(`4.0.0@${digestOf("a")}`);
    expect(resolvePin("charts/gpu-operator", "ra-1.1.0", locked).digest).toBe(digestOf("b"));
  });

  it("that is missing is refused, with what the lock has instead and the command", () => {
    expect(() => resolvePin("images/kata-deploy", "newest", locked)).toThrow(
      "catalog.lock has no digest of images/kata-deploy@4.1.0 (it has images/kata-deploy@4.0.0); run `npm run catalog -- lock` where its registry can be reached",
    );
    expect(() => resolvePin("images/k8s-cc-manager", "newest", locked)).toThrow(
      /no digest of images\/k8s-cc-manager@v0\.4\.3; run/,
    );
  });

  it("is arithmetic in a rehearsal: the same each time, another for each version, and marked", () => {
    const pin = resolvePin("images/kata-deploy", "ra-1.1.0", rehearsal);
    expect(pin).toEqual(resolvePin("images/kata-deploy", "ra-1.1.0", rehearsal));
    expect(pin.simulated).toBe(true);
    expect(pin.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(pin.digest).not.toBe(resolvePin("images/kata-deploy", "newest", rehearsal).digest);
    // A real lock beside it changes nothing: simulated and real digests are never mixed.
    expect(resolvePin("images/kata-deploy", "ra-1.1.0", { lock, simulated: true })).toEqual(pin);
  });
});

describe("an image that a user names", () => {
  it("keeps its own digest", () => {
    for (const reference of [`nvcr.io/nim/acme@${digestOf("d")}`, `nvcr.io/nim/acme:2.0.0@${digestOf("d")}`]) {
      const pin = resolveImage(reference, locked);
      expect(pin).toMatchObject({ repository: "nvcr.io/nim/acme", digest: digestOf("d"), simulated: false });
      expect(resolveImage(reference, rehearsal)).toEqual(pin);
    }
  });

  it("gets the lock's digest for its tag, or is refused with the command that asks for it", () => {
    expect(resolveImage("nvcr.io/nim/acme:2.0.0", locked).digest).toBe(digestOf("c"));
    expect(() => resolveImage("nvcr.io/nim/acme:2.1.0", locked)).toThrow(
      "(it has nvcr.io/nim/acme@2.0.0); run `npm run catalog -- lock --image nvcr.io/nim/acme:2.1.0` where",
    );
  });

  it.each(["nvcr.io/nim/acme", "localhost:5000/acme"])("is refused without a version: %s", (reference) => {
    expect(() => resolveImage(reference, locked)).toThrow(/names no version/);
    expect(() => resolveImage(reference, rehearsal)).toThrow(/names no version/);
  });

  it.each(["sha256:abc", "sha512:abc", `sha256:${"A".repeat(64)}`])(
    "is refused with a digest that is none: %s",
    (digest) => {
      expect(() => resolveImage(`nvcr.io/nim/acme@${digest}`, locked)).toThrow(
        /the digest of the image .* is none; write/,
      );
    },
  );
});

describe("an image reference", () => {
  const host = fc.constantFrom("nvcr.io", "localhost:5000", "127.0.0.1:41001", "registry.example");
  const path = fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-z0-9._-]{1,8}){0,2}$/);
  const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}$/), { nil: undefined });
  const digest = fc.option(fc.constant(digestOf("e")), { nil: undefined });

  it("is split where the registry's own port is no tag", () => {
    fc.assert(
      fc.property(host, path, tag, digest, (at, name, tagged, digested) => {
        const reference = `${at}/${name}${tagged ? `:${tagged}` : ""}${digested ? `@${digested}` : ""}`;
        expect(splitReference(reference)).toEqual({
          repository: `${at}/${name}`,
          ...(tagged && { tag: tagged }),
          ...(digested && { digest: digested }),
        });
      }),
    );
  });

  it("and a version make a key", () => {
    expect(pinKey("images/kata-deploy", "4.0.0")).toBe("images/kata-deploy@4.0.0");
  });
});
