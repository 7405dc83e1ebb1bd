import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { firmwareVendor } from "../../../../components/host/firmware/vendors";
import { exampleVendor } from "../../../acceptance/partners/ninthVendor";

const folder = mkdtempSync(join(tmpdir(), "ninth-vendor-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Change = (vendor: Record<string, Record<string, unknown>>, settings: Record<string, unknown>[]) => void;

/** What is said of the example data of docs/partners.md with one mistake in it. */
function saidOf(change: Change): string {
  const vendor = parse(exampleVendor()) as Record<string, Record<string, unknown>>;
  const { stages } = vendor.procedures?.snp as { stages: { settings: Record<string, unknown>[] }[] };
  change(
    vendor,
    stages.flatMap(({ settings }) => settings),
  );
  writeFileSync(join(folder, "ninth.yaml"), stringify(vendor));
  try {
    firmwareVendor("ninth", folder);
    return "taken";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a ninth vendor's data", () => {
  it("is taken as the page has it", () => {
    expect(saidOf(() => undefined)).toBe("taken");
  });

  it.each<[string, Change, string]>([
    ["no title", (vendor) => delete vendor.title, "title: missing; add it"],
    [
      "a text for a list",
      (vendor) => Object.assign(vendor, { manufacturers: "Ninth" }),
      "manufacturers: is something else; write a list",
    ],
    [
      "an empty list",
      (vendor) => Object.assign(vendor, { manufacturers: [] }),
      "manufacturers: is empty; write at least one entry",
    ],
    [
      "a protocol that is none",
      (vendor) => Object.assign(vendor, { protocol: "ipmi" }),
      "protocol: missing, or none of redfish, intersight; write one of these",
    ],
    ["no Redfish", (vendor) => delete vendor.redfish, "redfish: missing; protocol redfish wants {settings: <path>}"],
    [
      "Redfish beside another protocol",
      (vendor) => Object.assign(vendor, { protocol: "intersight" }),
      "redfish: goes with protocol redfish, and not with intersight; remove it",
    ],
    [
      "a path that is none",
      (vendor) => Object.assign(vendor.redfish ?? {}, { settings: "Bios/SD" }),
      "redfish.settings: is not right; write a path that begins with a slash",
    ],
    [
      "a misspelt setting",
      (vendor) => Object.assign(vendor.redfish ?? {}, { setings: "/Bios/SD" }),
      "redfish: has no setting called setings; correct its name, or remove it",
    ],
    [
      "a source that is none",
      (_, [first]) => Object.assign(first ?? {}, { source: "x" }),
      'settings[0].source: "x" is none of sources (reference-firmware)',
    ],
    [
      "no name",
      (_, [first]) => delete first?.displayName,
      "settings[0]: has neither names nor displayName; write one of them",
    ],
    [
      "a floor above the value",
      (_, settings) => Object.assign(settings[3] ?? {}, { atLeast: 1000 }),
      "settings[1].atLeast: is more than a value that is wanted; write the lowest number that does",
    ],
    [
      "a CPU that is none, in its template",
      (vendor) => Object.assign(vendor.template?.defaults ?? {}, { cpu: "Pentium" }),
      "template.defaults.cpu: missing, or none of Milan, Genoa, Emerald Rapids, Granite Rapids; write one of these",
    ],
  ])("is not taken with %s, and one sentence says where and why", (_, change, sentence) => {
    expect(saidOf(change)).toContain(sentence);
    expect(saidOf(change)).toMatch(/^\S+ninth\.yaml: [^;]+(; [^;]+)?$/);
  });
});
