import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { encodeInitData } from "../../components/guest/initDataAnnotation";
import { confidentialDeployment, initDataPath, initDataToml } from "../../policies/examples/confidentialDeployment";
import { guestFile, initDataAnnotations, initDataDocuments } from "../../policies/initData";
import type { Resource } from "../../policies/rule";
import { asTheSdkShowsThem, unknownValue, withInput } from "./support";

const key = "io.katacontainers.config.hypervisor.cc_init_data";
const annotated = (value: unknown): Resource[] =>
  withInput([confidentialDeployment], 0, ["spec", "template", "metadata", "annotations", key], value);
const first = (resources: Resource[]) => {
  const [found] = initDataAnnotations.select(resources[0] as Resource);
  if (!found) throw new Error("no confidential pod");
  return found;
};

describe("init-data of a pod", () => {
  it("is decoded, whoever packed it, and leads into the guest's files", () => {
    for (const annotation of [encodeInitData(initDataToml), gzipSync(initDataToml, { level: 1 }).toString("base64")]) {
      const { decoded } = first(annotated(annotation));
      if ("error" in decoded) throw new Error(decoded.error);
      const url = guestFile(decoded.document, "cdh.toml")?.at("kbc", "url");
      expect(url?.text).toBe("https://kbs.acme.example");
      expect(url?.path).toBe(`${initDataPath}#data["cdh.toml"]#kbc.url`);
    }
  });

  it.each([
    ["is missing", undefined],
    ["is missing", ""],
    ["is missing", 7],
    ["is not base64 of gzip", "not base64!"],
    ["is not base64 of gzip", Buffer.from("plain").toString("base64")],
    ["is not base64 of gzip", gzipSync(Buffer.alloc(8 * 1024 * 1024)).toString("base64")],
    ["holds no TOML", encodeInitData("[")],
  ])("%s where the annotation is %j", (error, value) => {
    expect(first(annotated(value)).decoded).toEqual({ error });
    expect([...initDataDocuments.select(annotated(value)[0] as Resource)]).toEqual([]);
  });

  it("has no file that is absent or no TOML", () => {
    const { decoded } = first(annotated(encodeInitData("[data]\n'aa.toml' = 'a = '\n")));
    if ("error" in decoded) throw new Error(decoded.error);
    expect(guestFile(decoded.document, "aa.toml")).toBeUndefined();
    expect(guestFile(decoded.document, "cdh.toml")).toBeUndefined();
  });

  it("is looked into only when asked, so that an unknown one ends its own check alone", () => {
    const [resource] = asTheSdkShowsThem(annotated(unknownValue));
    const [found] = initDataAnnotations.select(resource as Resource);
    expect(found?.annotation.known).toBe(false);
    expect(() => found?.decoded).toThrow(/can't be known during preview/);
  });
});
