import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { vendorDirectory } from "../../../components/host/firmware/vendors";
import { firmwarePlanProblems, hostFirmware } from "../../../stacks/additions/firmware";
import { isBareMetal } from "../../../stacks/config/providers";
import type { BareMetalProvider } from "../../../stacks/config/providers";
import { sampleFactory } from "../../support/factory";

type Host = BareMetalProvider["hosts"][number];

let project: string;
beforeEach(() => (project = mkdtempSync(join(tmpdir(), "project-"))));
afterEach(() => rmSync(project, { recursive: true }));

/** The first provider's first host, alone. */
function providerWith(host: Partial<Host>): BareMetalProvider {
  const provider = sampleFactory().providers.find(isBareMetal);
  const [first] = provider?.hosts ?? [];
  if (!provider || !first) throw new Error("the sample has no host");
  return { ...provider, hosts: [{ ...first, cpu: "Genoa", ...host }] };
}
const planned = (provider: BareMetalProvider) => provider.hosts.map((host) => hostFirmware(host, project)?.plan);

describe("plans of a provider's hosts", () => {
  it("are made of those that say whose they are", () => {
    expect(planned(providerWith({}))).toEqual([undefined]);
    expect(planned(providerWith({ firmware: { vendor: "lenovo" } }))).toMatchObject([{ vendor: "lenovo", tee: "snp" }]);
    expect(
      planned(providerWith({ cpu: "Granite Rapids", firmware: { vendor: "dell", registration: "direct" } })),
    ).toMatchObject([{ tee: "tdx", registration: "direct" }]);
  });

  it("find a further vendor's data beside the project", () => {
    mkdirSync(join(project, "vendors"));
    copyFileSync(join(vendorDirectory, "hpe.yaml"), join(project, "vendors", "ninth.yaml"));
    const provider = providerWith({ firmware: { vendor: "ninth", vendorFolder: "vendors" } });
    expect(firmwarePlanProblems(provider, project)).toEqual([]);
    expect(planned(provider)).toMatchObject([{ vendor: "ninth" }]);
  });

  it("that cannot be made are told with their place, before anything is placed", () => {
    expect(
      firmwarePlanProblems(providerWith({ firmware: { vendor: "hpe", attributes: { rmp: "X" } } }), project),
    ).toEqual([expect.stringMatching(/^hosts\[0\]\.firmware: attributes: rmp is no setting of hpe; write /)]);
    expect(firmwarePlanProblems(providerWith({ firmware: { vendor: "x", vendorFolder: "none" } }), project)).toEqual([
      expect.stringMatching(/^hosts\[0\]\.firmware: .*none: is no folder that can be read/),
    ]);
  });
});
