import { describe, expect, it } from "vitest";
import { catalogEntry, catalogNames } from "../../components/catalog";
import { platformSetNames } from "../../components/platform";

describe.each(catalogNames)("the catalog's %s", (name) => {
  const { kind, repository, versions, date, source, licence, party } = catalogEntry(name);

  it("says where it comes from, since when, under which licence, and who places it", () => {
    expect(name).toMatch(kind === "chart" ? /^charts\// : /^images\//);
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(source).not.toBe("");
    expect(licence).toMatch(/^(Apache-2\.0|NVIDIA Deep Learning Container License)$/);
    expect(party).toBe(name.startsWith("images/trustee-") ? "modelOwner" : "infrastructureProvider");
  });

  it("has a fixed version in each platform set, and no digest typed by hand", () => {
    for (const set of platformSetNames) expect(versions[set]).toMatch(/^(?!.*(latest|main))v?[0-9a-f][0-9a-z.-]+$/);
    expect(JSON.stringify(catalogEntry(name))).not.toMatch(/sha256/);
  });

  it("lies at an address of its kind", () => {
    if (kind === "image") expect(repository).toMatch(/^[a-z0-9.-]+\.[a-z]+\/[a-z0-9./_-]+$/);
    else if (repository.startsWith("oci://"))
      expect(repository).toMatch(new RegExp(`/${name.slice("charts/".length)}$`));
    else expect(repository).toMatch(/^https:\/\//);
  });
});
