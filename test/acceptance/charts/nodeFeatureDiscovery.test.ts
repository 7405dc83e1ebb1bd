import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { labels } from "../../../components/host/hardware";
import { platformSetNames } from "../../../components/platform";
import { componentValues, standIn } from "../../support/chartValues";
import type { Rendered } from "./helm";
import { ofKind, template } from "./helm";

describe.each(platformSetNames)("NFD's stand-in in platform set %s", (set) => {
  const chart = standIn("node-feature-discovery", set);
  const values = componentValues("node-feature-discovery", set);
  const render = (changes: Record<string, unknown> = {}) =>
    template(chart, { ...values, ...changes }, { includeCrds: true });

  it("brings the CRD that kata-deploy looks for", async () => {
    const [definition] = ofKind(await render(), "CustomResourceDefinition");
    expect(definition).toMatchObject({
      metadata: { name: "nodefeaturerules.nfd.k8s-sigs.io" },
      spec: { versions: [expect.objectContaining({ name: "v1alpha1", served: true })] },
    });
  });

  it("hands worker and master the configuration that the components ask for", async () => {
    const maps = ofKind(await render(), "ConfigMap") as (Rendered & { data: Record<string, string> })[];
    const files = Object.assign({}, ...maps.map(({ data }) => data)) as Record<string, string>;
    expect(parse(files["nfd-worker.conf"] ?? "")).toMatchObject({
      sources: { pci: { deviceLabelFields: ["vendor"] } },
    });
    expect(parse(files["nfd-master.conf"] ?? "")).toEqual({ extraLabelNs: ["nvidia.com"] });
  });

  it("labels GPU hosts as the GPU Operator looks for them, which NFD's own default would not", async () => {
    const labelOf = (objects: Rendered[]) =>
      /feature\.node\.kubernetes\.io\/pci-\S+present/.exec(JSON.stringify(ofKind(objects, "Stage")))?.[0];
    expect(labelOf(await render())).toBe(labels.gpuPresent);
    expect(labelOf(await render({ worker: {} }))).toBe("feature.node.kubernetes.io/pci-0302_10de.present");
  });

  it("names its image by digest in every pod", async () => {
    const text = JSON.stringify((await render()).filter(({ kind }) => /DaemonSet|Deployment/.test(kind)));
    const images = [...text.matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image);
    expect(images).toHaveLength(3);
    for (const image of images)
      expect(image).toMatch(/^registry\.k8s\.io\/nfd\/node-feature-discovery:v0\.1\d\.\d@sha256:[0-9a-f]{64}$/);
  });
});
