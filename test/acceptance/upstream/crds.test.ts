import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { platformSetNames, platformSets } from "../../../components/platform";
import { componentValues, standIn } from "../../support/chartValues";
import { sampleHost } from "../../support/hosts";
import { absence, upstream } from "../../support/upstream";
import type { Rendered } from "../charts/helm";
import { nfdApi, ofKind, template } from "../charts/helm";
import type { Definition, TestCluster } from "../cluster";
import { installDefinition, removeDefinition, startCluster } from "../cluster";

// What the stand-in charts create, against the definitions that the operators publish, in a real API server that refuses
// every field it does not know.

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster("upstream");
});
afterAll(() => cluster.destroy());

function definitionsIn(file: string): Definition[] {
  return parseAllDocuments(readFileSync(upstream(file) ?? "", "utf8"))
    .map((document) => document.toJS() as Definition | null)
    .filter((definition): definition is Definition => definition !== null);
}

const policies = "/apis/nvidia.com/v1/clusterpolicies";
const apply = (path: string, object: Rendered) => cluster.api.apply(`${path}/${object.metadata.name}`, object);

describe.each(platformSetNames)("ClusterPolicy of platform set %s", (set) => {
  const version = platformSets[set].versions.gpuOperator;
  const file = `gpu-operator/nvidia.com_clusterpolicies-${version}.yaml`;
  const published = describe.skipIf(!upstream(file));

  published(`is valid against NVIDIA's definition of ${version}${absence(file)}`, () => {
    beforeAll(async () => {
      for (const definition of definitionsIn(file)) await installDefinition(cluster, definition);
    });
    afterAll(() => removeDefinition(cluster, "clusterpolicies.nvidia.com"));

    const policyOf = async (ccMode: "on" | "ppcie") => {
      const values = componentValues("gpu-operator", set, { hosts: [sampleHost({ ccMode })] });
      const [policy] = ofKind(await template(standIn("gpu-operator", set), values), "ClusterPolicy");
      if (!policy) throw new Error("the chart made no ClusterPolicy");
      return policy as Rendered & { spec: Record<string, Record<string, unknown>> };
    };

    it.each(["on", "ppcie"] as const)("for hosts in mode %s", async (ccMode) => {
      const policy = await policyOf(ccMode);
      expect(await apply(policies, policy)).toMatchObject({ spec: policy.spec });
    });

    it.each([
      [
        "ppcie as the default mode, which is a host's alone",
        { ccManager: { defaultMode: "ppcie" } },
        /defaultMode: Unsupported value/,
      ],
      ["a sandbox mode that is none", { sandboxWorkloads: { mode: "vm" } }, /mode: Unsupported value/],
      ["a misspelt field", { ccManager: { defaultmode: "on" } }, /unknown field|field not declared in schema/],
    ])("yet not with %s", async (_, changes, reason) => {
      const policy = await policyOf("on");
      const spec = { ...policy.spec };
      for (const [part, fields] of Object.entries(changes)) spec[part] = { ...spec[part], ...fields };
      await expect(apply(policies, { ...policy, spec })).rejects.toThrow(reason);
    });
  });
});

describe("NodeFeatureRule", () => {
  const file = "gpu-operator/nfd-api-crds.yaml";
  const rules = "/apis/nfd.k8s-sigs.io/v1alpha1/nodefeaturerules";

  describe.skipIf(!upstream(file))(`is valid against NFD's definition${absence(file)}`, () => {
    beforeAll(async () => {
      for (const definition of definitionsIn(file)) await installDefinition(cluster, definition);
    });

    it.each(
      platformSetNames.flatMap((set) => (["kata-deploy", "gpu-operator"] as const).map((chart) => ({ set, chart }))),
    )("from $chart in platform set $set", async ({ set, chart }) => {
      const objects = await template(standIn(chart, set), componentValues(chart, set), { apiVersions: [nfdApi] });
      const made = ofKind(objects, "NodeFeatureRule");
      expect(made).toHaveLength(1);
      for (const rule of made) expect(await apply(rules, rule)).toMatchObject({ spec: rule.spec });
    });

    it("yet not with a misspelt field", async () => {
      const objects = await template(standIn("kata-deploy", "newest"), componentValues("kata-deploy", "newest"));
      const [rule] = ofKind(objects, "NodeFeatureRule") as (Rendered & { spec: { rules: object[] } })[];
      const misspelt = { ...rule!, spec: { rules: [{ ...rule?.spec.rules[0], extendedResource: {} }] } };
      await expect(apply(rules, misspelt)).rejects.toThrow(/field not declared in schema|unknown field/);
    });
  });
});
