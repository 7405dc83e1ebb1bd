import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { kbsConfigSpec } from "../../../components/openshift/trusteePlan";
import { trusteeDefinitions } from "../../support/openshift/trustee";
import { absence, upstream } from "../../support/upstream";
import type { Definition, TestCluster } from "../cluster";
import { installDefinition, startCluster } from "../cluster";

// What the Trustee operator is told, against the definitions that it publishes: in a real API server that refuses every
// field it does not know. And our stand-ins of those definitions, field by field.

const fileOf = (plural: string) => `trustee-operator/confidentialcontainers.org_${plural}.yaml`;
const [kbsConfigs, trusteeConfigs] = [fileOf("kbsconfigs"), fileOf("trusteeconfigs")];

function publishedIn(file: string): Definition {
  const [definition] = parseAllDocuments(readFileSync(upstream(file) ?? "", "utf8"))
    .map((document) => document.toJS() as Definition | null)
    .filter((found): found is Definition => found !== null);
  if (!definition) throw new Error(`${file} has no definition`);
  return definition;
}

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly string[];
}
interface WithSchema {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
}
const specOf = (definition: unknown) =>
  (definition as WithSchema).spec.versions[0]?.schema.openAPIV3Schema.properties?.spec ?? {};

/** Fields by path, with their types. */
function fieldsOf({ properties = {}, items }: Schema, path = ""): Record<string, string> {
  const own = Object.entries(properties).flatMap(([name, schema]) => [
    [`${path}${name}`, `${schema.type ?? ""} ${schema.enum ? [...schema.enum].sort().join("|") : ""}`.trim()] as const,
    ...Object.entries(fieldsOf(schema, `${path}${name}.`)),
  ]);
  return Object.fromEntries([...own, ...(items ? Object.entries(fieldsOf(items, `${path}[].`)) : [])]);
}

describe.skipIf(!upstream(kbsConfigs) || !upstream(trusteeConfigs))(
  `the Trustee operator's kinds${absence(kbsConfigs)}`,
  () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await startCluster("trustee-operator");
      for (const file of [kbsConfigs, trusteeConfigs]) await installDefinition(cluster, publishedIn(file));
    });
    afterAll(() => cluster.destroy());

    const config = (changes: object = {}) => ({
      apiVersion: "confidentialcontainers.org/v1alpha1",
      kind: "KbsConfig",
      metadata: { name: "kbs" },
      spec: {
        ...kbsConfigSpec(
          {
            maps: { configuration: "a", resourcePolicy: "b", cpuPolicy: "c", gpuPolicy: "d", referenceValues: "e" },
            tls: { key: "f", certificate: "g" },
            signer: { key: "h", certificate: "i" },
            resources: ["model-keys"],
            vcekSecrets: { ["ab".repeat(64)]: "vcek-a" },
          },
          2,
        ),
        ...changes,
      },
    });
    const place = "/apis/confidentialcontainers.org/v1alpha1/namespaces/default/kbsconfigs/kbs";

    it("take the KbsConfig that is made here, every field of it", async () => {
      const made = config();
      expect(await cluster.api.apply(place, made)).toMatchObject({ spec: made.spec });
    });

    it.each([
      ["a misspelt field", { kbsResourcePolicyConfigmapName: "b" }],
      ["the two capital letters in small ones", { kbsEnvVars: { RUST_LOG: "info" } }],
      ["a shape that there is none of", { kbsDeploymentType: "AllInOne" }],
    ])("yet not with %s", async (_, changes) => {
      await expect(cluster.api.apply(place, config(changes))).rejects.toThrow(
        /not declared in schema|unknown field|Unsupported value/,
      );
    });

    it.each([kbsConfigs, trusteeConfigs])("have what our stand-in for %s has, by name and type", (file) => {
      const published = publishedIn(file);
      const standIn = trusteeDefinitions.find(({ metadata }) => metadata.name === published.metadata.name);
      const own = fieldsOf(specOf(standIn));
      expect(Object.keys(own).length).toBeGreaterThan(4);
      expect(fieldsOf(specOf(published))).toMatchObject(own);
    });
  },
);
