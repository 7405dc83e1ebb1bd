import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../stacks/config/load";
import { peerPodsSections } from "../../support/chartValues";
import { sampleSections, withValue } from "../../support/factory";
import { gcpSections } from "../../support/gcp";
import { azureSections } from "../../support/azure";

const at = ["providers", 0, "peerPods"] as const;
const onAzure = (value: unknown = peerPodsSections.azure) => withValue(azureSections("azure-aks"), [...at], value);
const onGcp = (value: unknown = peerPodsSections.gcp) => withValue(gcpSections("gcp-gke"), [...at], value);
const changed = (section: object, change: object) => ({ ...section, ...change });

describe("the setting of peer pods", () => {
  it("is accepted on both clouds, with small limits by default", () => {
    for (const sections of [onAzure(), onGcp()]) {
      const { providers } = parseConfig(sections) as unknown as { providers: { peerPods: object }[] };
      expect(providers[0]?.peerPods).toMatchObject({ experimental: true, limitPerNode: 2, webhook: true });
    }
  });

  it.each([
    ["not called experimental", changed(peerPodsSections.azure, { experimental: false }), "peerPods.experimental"],
    ["without saying where", changed(peerPodsSections.azure, { azure: undefined }), "peerPods.azure"],
    ["in another cloud, too", changed(peerPodsSections.azure, { gcp: peerPodsSections.gcp.gcp }), "peerPods.gcp"],
    [
      "with credentials in the settings",
      changed(peerPodsSections.azure, { credentials: { kind: "secret", name: "peer-pods-secret", clientSecret: "x" } }),
      "peerPods.credentials.clientSecret",
    ],
    [
      "with a Secret that the controller does not read",
      changed(peerPodsSections.azure, { credentials: { kind: "secret", name: "mine" } }),
      "peerPods.credentials.name",
    ],
    [
      "with another cloud's identity",
      changed(peerPodsSections.azure, { credentials: peerPodsSections.gcp.credentials }),
      "peerPods.credentials.identity",
    ],
    ["without an end", changed(peerPodsSections.azure, { limitPerNode: 0 }), "peerPods.limitPerNode"],
  ])("is refused %s", (_, section, path) => {
    expect(() => parseConfig(onAzure(section))).toThrow(`trustfoundry:providers[0].${path}: `);
  });

  it("is refused where there is no cluster, and on bare metal", () => {
    const alone = withValue(
      withValue(onAzure(), ["providers", 0, "azure", "cluster"], undefined),
      ["providers", 0, "azure", "nodePools"],
      [],
    );
    const machine = azureSections("azure-machine");
    const [withMachine] = machine.providers as { azure: { machines: unknown } }[];
    expect(() =>
      parseConfig(withValue(alone, ["providers", 0, "azure", "machines"], withMachine?.azure.machines)),
    ).toThrow("trustfoundry:providers[0].azure.cluster: is missing, and peerPods are bound to one");
    const bareMetal = withValue(sampleSections(), [...at], peerPodsSections.azure);
    expect(() => parseConfig(bareMetal)).toThrow(/providers\[0\]\.peerPods: .* are for nodes of a cloud/);
  });

  it("takes no family of images, which moves", () => {
    const family = changed(peerPodsSections.gcp, {
      gcp: { ...peerPodsSections.gcp.gcp, image: "projects/p/global/images/family/pod" },
    });
    expect(() => parseConfig(onGcp(family))).toThrow("trustfoundry:providers[0].peerPods.gcp.image: ");
  });
});
