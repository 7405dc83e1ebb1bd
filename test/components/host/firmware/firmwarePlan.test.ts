import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { firmwarePlan } from "../../../../components/host/firmware/firmwarePlan";
import { hostKernelArguments } from "../../../../components/host/firmware/hostChecks";
import { firmwareVendor, vendorDirectory, vendorNames } from "../../../../components/host/firmware/vendors";
import { planOf } from "./plans";

describe("a plan", () => {
  it("follows from the CPU that is said, whatever the vendor sells", () => {
    expect(planOf("lenovo", "snp", { cpu: "Milan" }).tee).toBe("snp");
    expect(planOf("lenovo", "tdx", { cpu: "Granite Rapids" }).tee).toBe("tdx");
    expect(planOf("lenovo", "snp").registration).toBeUndefined();
    expect(planOf("lenovo", "tdx").registration).toBe("in-band");
  });

  it("asks no kernel of an SNP host for what keeps SNP off", () => {
    const [first] = planOf("hpe", "snp").checks;
    for (const word of hostKernelArguments.snp.forbidden) expect(first).toContain(word);
    expect(planOf("hpe", "tdx").checks[0]).toMatch(/has kvm_intel\.tdx=1 and nohibernate/);
  });

  it("takes names that somebody has seen on the machine, and then neither searches nor does without", () => {
    const [setting] =
      planOf("hpe", "snp", { attributes: { "rmp-coverage": "AmdRmpCoverage" } }).stages.at(-1)?.settings ?? [];
    expect(setting).toEqual({
      id: "rmp-coverage",
      find: { names: ["AmdRmpCoverage"] },
      values: ["Enabled"],
      after: ["snp"],
      note: "HPE documents no such attribute; the host's log shows whether memory is covered",
      source: "named in this factory's configuration",
    });
    expect(() => planOf("hpe", "snp", { attributes: { rmp: "AmdRmp" } })).toThrow(
      /rmp is no setting of hpe; write iommu/,
    );
  });
});

describe("another vendor", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "vendors-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const dell = () =>
    parse(readFileSync(join(vendorDirectory, "dell.yaml"), "utf8")) as {
      readonly procedures: { readonly snp: { readonly stages: unknown[] } };
    };
  const write = (name: string, data: unknown) =>
    writeFileSync(join(folder, name), typeof data === "string" ? data : stringify(data));

  it("needs one file, and nothing else", () => {
    write("ninth.yaml", { ...dell(), title: "Ninth" });
    expect(vendorNames(folder)).toEqual([...vendorNames(), "ninth"].sort());
    expect(vendorNames()).not.toContain("ninth");
    const plan = firmwarePlan({ name: "a", cpu: "Genoa" }, firmwareVendor("ninth", folder));
    expect(plan).toEqual({ ...planOf("dell", "snp"), host: "a", vendor: "ninth" });
  });

  it("of the same name goes before this project's", () => {
    write("dell.yaml", { ...dell(), title: "Mine" });
    expect(firmwareVendor("dell", folder).title).toBe("Mine");
    expect(firmwareVendor("dell").title).toBe("Dell PowerEdge (iDRAC)");
  });

  it("is refused with its file and the fault", () => {
    write("ninth.yaml", { ...dell(), sources: {} });
    expect(() => firmwareVendor("ninth", folder)).toThrow(/ninth\.yaml: .*"playbooks" is none of sources/);
    write("ninth.yaml", { ...dell(), redfish: undefined });
    expect(() => firmwareVendor("ninth", folder)).toThrow(/redfish: missing; protocol redfish wants/);
    write("ninth.yaml", "title: [\n");
    expect(() => firmwareVendor("ninth", folder)).toThrow(/ninth\.yaml: /);
    expect(() => firmwareVendor("tenth", folder)).toThrow(/"tenth" is unknown; write cisco, dell, hpe, lenovo, ninth/);
    expect(() => firmwareVendor("dell", join(folder, "none"))).toThrow(/none: is no folder/);
  });

  it("has no plan for a TEE that it says nothing about, and none with a trap", () => {
    const data = dell();
    write("ninth.yaml", { ...data, procedures: { snp: data.procedures.snp } });
    const ninth = firmwareVendor("ninth", folder);
    expect(() => firmwarePlan({ name: "a", cpu: "Emerald Rapids" }, ninth)).toThrow(/nothing is known about tdx/);
    data.procedures.snp.stages.reverse();
    write("ninth.yaml", data);
    expect(() => firmwarePlan({ name: "a", cpu: "Genoa" }, firmwareVendor("ninth", folder))).toThrow(
      /ninth, snp: .*not staged after snp/,
    );
  });
});
