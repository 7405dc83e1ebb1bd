import { describe, expect, it } from "vitest";
import { catalogNames } from "../../../components/catalog";
import type { CatalogLock } from "../../../components/catalogLock";
import { resolveImage, resolvePin } from "../../../components/catalogLock";
import { platformSetNames } from "../../../components/platform";
import { catalogWanted, imagesWanted, lockedImages, unique } from "../../../tooling/catalog/wanted";
import type { Wanted } from "../../../tooling/catalog/wanted";

const digest = `sha256:${"a".repeat(64)}`;
const lockOf = (wanted: readonly Wanted[]): CatalogLock => ({
  lockVersion: 1,
  pins: Object.fromEntries(wanted.map(({ key, from }) => [key, { manifest: digest, from }])),
});

describe("what is read", () => {
  it("is all that any platform set resolves, each once", () => {
    const wanted = catalogWanted();
    expect(new Set(wanted.map(({ key }) => key)).size).toBe(wanted.length);
    const source = { lock: lockOf(wanted), simulated: false };
    for (const set of platformSetNames)
      for (const name of catalogNames) expect(resolvePin(name, set, source).digest).toBe(digest);
  });

  it("is, with a mirror, every chart there and every image where it was", () => {
    const upstream = new Map(catalogWanted().map((each) => [each.key, each]));
    for (const each of catalogWanted("oci://registry.example/charts/")) {
      if (each.chart) expect(each.from).toBe(`oci://registry.example/charts/${each.chart}`);
      else expect(each).toEqual(upstream.get(each.key));
    }
  });

  it("includes a factory's images, by the key that a release looks up", () => {
    const reference = "nvcr.io/nim/meta/llama-3.1-8b-instruct:1.13.1";
    const source = { lock: lockOf(imagesWanted([reference])), simulated: false };
    expect(resolveImage(reference, source).digest).toBe(digest);
  });

  it("includes them again the next time", () => {
    const images = imagesWanted(["localhost:5000/acme:2.0.0"]);
    expect(lockedImages(lockOf([...catalogWanted(), ...images]))).toEqual(images);
    expect(unique([...images, ...images])).toEqual(images);
  });

  it.each([
    ["nvcr.io/nim/acme", /names no fixed version; write nvcr\.io\/nim\/acme:<tag>/],
    ["nvcr.io/nim/acme:latest", /names no fixed version/],
    [`nvcr.io/nim/acme:1@${digest}`, /carries its digest already/],
  ])("is never %s", (reference, reason) => {
    expect(() => imagesWanted([reference])).toThrow(reason);
  });
});
