import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  annotationExcess,
  annotationLimitBytes,
  decodeInitData,
  encodeInitData,
  initDataAnnotationKey,
} from "../../../components/guest/initDataAnnotation";

describe("the init-data annotation", () => {
  it("has the name that Kata knows", () => {
    expect(initDataAnnotationKey).toBe("io.katacontainers.config.hypervisor.cc_init_data");
  });

  it("gives back every text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(decodeInitData(encodeInitData(text))).toBe(text);
      }),
    );
    expect(decodeInitData(encodeInitData("\ufeffversion"))).toBe("\ufeffversion");
  });

  it("is read whoever compressed it", () => {
    expect(decodeInitData(gzipSync("version", { level: 9 }).toString("base64"))).toBe("version");
  });

  it.each([
    ["nothing", "", /is not gzip/],
    ["what is no base64", "no base64!", /is not base64/],
    ["base64 for URLs", "H4sI_-8=", /is not base64/],
    ["base64 without its padding", encodeInitData("xy").replace(/=+$/, ""), /is not base64/],
    ["base64 of something else", Buffer.from('version = "0.1.0"').toString("base64"), /is not gzip/],
    ["half of it", gzipSync("version".repeat(100)).subarray(0, 20).toString("base64"), /is not gzip/],
    [
      "a damaged one",
      Buffer.concat([gzipSync("version").subarray(0, -8), Buffer.alloc(8, 1)]).toString("base64"),
      /is not gzip/,
    ],
    ["what is no text", gzipSync(Buffer.from([0xff, 0xfe, 0xfd])).toString("base64"), /of text/],
    ["what would fill the memory", gzipSync(Buffer.alloc(4 * 1024 * 1024 + 1)).toString("base64"), /at most 4 MiB/],
  ])("refuses %s", (_, annotation, message) => {
    expect(() => decodeInitData(annotation)).toThrow(message);
  });
});

describe("a pod's annotations", () => {
  // apimachinery's ValidateAnnotationsSize: bytes of all keys and values, 256 KiB at most.
  it("fit up to 256 KiB, keys counted", () => {
    const key = "example.com/a";
    const fitting = "x".repeat(annotationLimitBytes - key.length);
    expect(annotationLimitBytes).toBe(262_144);
    expect(annotationExcess({ [key]: fitting })).toBeUndefined();
    expect(annotationExcess({ [key]: `${fitting}x` })).toMatch(/take 256.0 KiB, Kubernetes allows 256.0 KiB/);
  });

  it("are counted in bytes, not in characters", () => {
    expect(annotationExcess({ a: "ü".repeat(annotationLimitBytes / 2) })).toBeDefined();
    expect(annotationExcess({ a: "ü".repeat(annotationLimitBytes / 2 - 1) })).toBeUndefined();
  });

  it("are named, the largest first", () => {
    const excess = annotationExcess({
      small: "x",
      [initDataAnnotationKey]: "x".repeat(300_000),
      middle: "x".repeat(2_048),
    });
    expect(excess).toMatch(
      /\(io\.katacontainers\.config\.hypervisor\.cc_init_data: 293\.0 KiB, middle: 2\.0 KiB, small/,
    );
    expect(excess).toMatch(/shorten the agent policy or drop annotations$/);
  });
});
