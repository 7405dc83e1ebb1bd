import { describe, expect, it } from "vitest";
import { parseAs } from "../../../stacks/config/load";
import { trusteeOperatorSchema } from "../../../stacks/config/trusteeOperator";
import { keyBrokerProblems } from "../../../stacks/keyBroker";
import { deriveStacks } from "../../../stacks/rehearsal";
import { sampleFactory, withValue } from "../../support/factory";
import { signedMaterial } from "../../support/signing";
import { freshOwnerKeys } from "../../support/ownerKeys";
import { sampleRelease } from "../../support/release";

const operator = { kind: "openshift/trusteeOperator" };

async function attestation(changes: Readonly<Record<string, unknown>> = {}) {
  const factory = sampleFactory();
  const { caCertificate } = await freshOwnerKeys(factory);
  let settings: Record<string, unknown> = deriveStacks(factory, await signedMaterial(factory, caCertificate)).trust;
  for (const [name, value] of Object.entries({ operator, ...changes }))
    settings = withValue(settings, ["attestation", name], value);
  return parseAs("trust", settings).attestation;
}

const problemsOf = (parsed: Awaited<ReturnType<typeof attestation>>, ...resources: string[]) =>
  keyBrokerProblems(parsed, [sampleRelease({ resources, simulated: false })], [], false, new Date());

describe("attestation.operator", () => {
  it("is one version of Red Hat's operator unless another is named", () => {
    expect(trusteeOperatorSchema.parse(operator)).toMatchObject({
      csv: "trustee-operator.v1.2.0",
      router: "pods",
      askAmd: true,
      vcekSecrets: {},
    });
  });

  it("needs no resourcesSecret: keys' paths name their Secrets", async () => {
    expect(problemsOf(await attestation(), "default/model-keys/llama-8b")).toEqual([]);
  });

  it("says with its place what the operator cannot do", async () => {
    const parsed = await attestation({
      resourcesSecret: "model-keys",
      vcekCache: { kind: "persistentVolumeClaim", name: "vcek" },
    });
    const problems = problemsOf(parsed, "acme/model-key/llama-8b");
    expect(problems).toHaveLength(3);
    expect(problems.join("\n")).toMatch(/attestation\.vcekCache: .*operator\.vcekSecrets/);
    expect(problems.join("\n")).toMatch(/attestation\.resourcesSecret: .*default\/<Secret>\/<key>/);
    expect(problems.join("\n")).toMatch(/attestation\.operator: llama-8b: key acme\/model-key\/llama-8b/);
  });
});
