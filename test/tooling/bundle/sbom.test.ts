import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { describe, expect, it } from "vitest";
import { billOfMaterials } from "../../../tooling/bundle/sbom";
import { lockOf, madeBundle } from "../../support/bundle/bundle";

interface Bill {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp?: string; readonly component: { readonly "bom-ref": string } };
  readonly components: readonly {
    readonly name: string;
    readonly purl?: string;
    readonly licenses?: unknown;
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

const { lock, image } = madeBundle();
const integrity = `sha512-${Buffer.alloc(64, 1).toString("base64")}`;
const withPackages = lockOf({
  npm: [
    { name: "@s/a", version: "1.0.0", integrity, licence: "(MIT OR Apache-2.0)", dependencies: ["b@2.0.0"] },
    { name: "b", version: "2.0.0", integrity, licence: "SEE LICENSE IN FILE", dev: true, dependencies: [] },
  ],
  npmRoots: ["@s/a@1.0.0"],
});
const billOf = (...args: Parameters<typeof billOfMaterials>) => JSON.parse(billOfMaterials(...args)) as Bill;

describe("a bill of materials", () => {
  it.each([
    ["of each kind of thing", lock],
    ["of packages", withPackages],
    ["of nothing", lockOf({})],
  ])("%s is valid CycloneDX 1.6 by the standard's own schema", async (_, of) => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(billOfMaterials(of))).toBeNull();
    expect(await validator.validate(billOfMaterials(of, "1764201600"))).toBeNull();
    // The validator is no yes-man.
    expect(await validator.validate(billOfMaterials(of).replace('"specVersion"', '"specVersi0n"'))).not.toBeNull();
  });

  it("has a package's digest, address and licence", () => {
    const { components } = billOf(withPackages);
    expect(components.map(({ purl, licenses, hashes }) => ({ purl, licenses, hashes }))).toEqual(
      [
        { purl: "pkg:npm/%40s/a@1.0.0", licenses: [{ expression: "(MIT OR Apache-2.0)" }] },
        { purl: "pkg:npm/b@2.0.0", licenses: [{ license: { name: "SEE LICENSE IN FILE" } }] },
      ].map((each) => ({ ...each, hashes: [{ alg: "SHA-512", content: "01".repeat(64) }] })),
    );
  });

  it("says what needs what", () => {
    const { dependencies, metadata } = billOf(withPackages);
    expect(dependencies).toEqual([
      { ref: metadata.component["bom-ref"], dependsOn: ["npm @s/a@1.0.0"] },
      { ref: "npm @s/a@1.0.0", dependsOn: ["npm b@2.0.0"] },
      { ref: "npm b@2.0.0" },
    ]);
  });

  it("names images by digest", () => {
    const { components } = billOf(lock);
    const purl = components.find(({ name }) => name === "registry.example/tools/kbs")?.purl;
    expect(decodeURIComponent(purl ?? "")).toBe(
      `pkg:oci/kbs@${image}?arch=amd64&repository_url=registry.example/tools/kbs&tag=v1`,
    );
  });

  it("is the same at each run, has a number of its lock's, and a time only where one is given", () => {
    expect(billOfMaterials(lock)).toBe(billOfMaterials(lock));
    expect(billOf(lock).serialNumber).not.toBe(billOf(withPackages).serialNumber);
    expect(billOf(lock).serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(billOf(lock).metadata.timestamp).toBeUndefined();
    expect(billOf(lock, "1764201600").metadata.timestamp).toBe("2025-11-27T00:00:00.000Z");
  });
});
