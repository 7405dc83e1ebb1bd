import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { admissionNamespace, mostAcceptedImages } from "../../../components/cluster/acceptanceParameters";
import { renderPolicies } from "../../../policies/admission/render";
import { acceptedDigest, tenantDeployment, tenantParameters } from "../../../policies/examples/tenant";
import { tenantImageAccepted } from "../../../policies/rules/images/tenantImageAccepted";
import { rules } from "../../../policies/rules";
import { poll } from "../../../tooling/controlplane/api";
import { startCluster } from "../cluster";
import { AdmissionCluster, admitted, refusedByPolicy } from "./admissionCluster";
import type { BrokenExample, Manifest } from "./admissionExamples";
import { brokenExamples, compliantExamples, madeOf, selectedRules } from "./admissionExamples";

// Every rule's policy in a real API server: what the rule passes is admitted, what it refuses is refused, as the object
// that was written and as the pod that a controller makes of it.
//
// RULE=<id>[,<id>] npx vitest run test/acceptance/policies/admission.test.ts
// tests these rules alone. All of their policies are in force at once; answers say which policy objects.

const selected = selectedRules(rules);
const compliant = selected.flatMap((rule) => compliantExamples(rule).map((manifest) => ({ rule, manifest })));
const cases = selected.filter(({ admission }) => admission?.scope !== "connections").flatMap(brokenExamples);
const isBlind = ({ rule, breakage }: BrokenExample) => rule.admission?.blindTo?.[breakage.mistake] !== undefined;
const seen = cases.filter((example) => !isBlind(example));
const everything = [...compliant, ...cases].map(({ manifest }) => manifest);

/** What examples accept of their tenants: it has to be there before a policy asks for it. */
const acceptances = compliant
  .map(({ manifest }) => manifest)
  .filter(({ kind, metadata }) => kind === "ConfigMap" && metadata.namespace === admissionNamespace);

const rendered = renderPolicies(
  selected.map((rule) => ({ rule, level: "mandatory" })),
  { now: new Date(), tenants: acceptances.map(({ metadata }) => metadata.name) },
);

let cluster: AdmissionCluster;
beforeAll(async () => {
  cluster = new AdmissionCluster(await startCluster("admission", [], { policyTypeChecks: true }));
  await cluster.prepare([...everything, ...everything.flatMap(madeOf)]);
  for (const manifest of acceptances)
    await cluster.api.apply(`${await cluster.collection(manifest)}/${manifest.metadata.name}`, manifest);
  await cluster.enforce(rendered);
  // Each policy counts a moment after it was stored. One that never does shows in its own tests.
  const first = selected.flatMap((rule) => seen.find((example) => example.rule === rule) ?? []);
  await Promise.all(
    first.map(({ rule, manifest }) =>
      poll(async () => (await cluster.create(manifest)).rules.includes(rule.id) || undefined, {
        timeoutMilliseconds: 10_000,
        everyMilliseconds: 250,
      }),
    ),
  );
});
afterAll(() => cluster.cluster.destroy());

async function expectRefused(manifest: Manifest, rule: string): Promise<void> {
  const answer = await cluster.create(manifest);
  const hint = `${manifest.kind} admitted: correct the admission policy of ${rule}, or say in blindTo why it cannot see this`;
  expect(admitted(answer), hint).toBe(false);
  // What Kubernetes' own validation refuses never comes to a policy.
  if (!refusedByPolicy(answer)) return void expect([400, 422], answer.message).toContain(answer.status);
  expect(answer.rules, answer.message).toContain(rule);
  if (answer.rules.length === 1) expect(answer.message).toContain(`${rule}: `);
}

describe("policies", () => {
  it.each(rendered)("type-check: $rule", async ({ policy }) => {
    expect(await cluster.typeWarnings(policy.metadata.name)).toEqual([]);
  });
});

describe("what complies is admitted", () => {
  it.each(compliant.map(({ rule, manifest }) => [titleOf(rule.id, manifest), manifest] as const))(
    "%s",
    async (_, manifest) => {
      for (const object of [manifest, ...madeOf(manifest)]) {
        const answer = await cluster.create(object);
        expect({ kind: object.kind, ...answer }).toMatchObject({ rules: [] });
        expect(admitted(answer), answer.message).toBe(true);
      }
    },
  );
});

describe("each mistake is refused", () => {
  it.each(titled(seen))("%s", async (_, { rule, manifest }) => {
    await expectRefused(manifest, rule.id);
  });

  const ofPods = seen.filter(
    ({ rule, manifest }) => rule.admission?.scope === "confidentialPods" && madeOf(manifest).length > 0,
  );
  it.each(titled(ofPods))("as pod and ReplicaSet: %s", async (_, { rule, manifest }) => {
    for (const object of madeOf(manifest)) await expectRefused(object, rule.id);
  });
});

describe.runIf(selected.includes(tenantImageAccepted))("a provider that has accepted as many images as it may", () => {
  const parameters = tenantParameters.props as unknown as Manifest & { data: Record<string, string> };
  const digest = (n: number) => `sha256:${createHash("sha256").update(String(n)).digest("hex")}`;
  const many = Array.from({ length: mostAcceptedImages - 1 }, (_, n) => digest(n));
  const withContainers = (images: readonly string[]) => {
    const manifest = structuredClone(tenantDeployment.props) as unknown as Manifest & {
      metadata: { name: string };
      spec: { template: { spec: { containers: { name: string; image: string; resources: object }[] } } };
    };
    const { containers } = manifest.spec.template.spec;
    const [first] = containers;
    manifest.metadata.name = "many";
    // The pod's GPUs are the first container's.
    const small = { cpu: "1", memory: "1Gi" };
    const resources = { limits: small, requests: small };
    containers.push(...images.map((image, n) => ({ ...structuredClone(first!), name: `more-${n}`, image, resources })));
    return manifest;
  };
  const imagesUpTo = (n: number) => many.slice(-n).map((each) => `registry.acme.example/llama@${each}`);
  let path: string;
  beforeAll(async () => {
    path = `${await cluster.collection(parameters)}/${parameters.metadata.name}`;
    const images = [acceptedDigest, ...many].sort().join("\n");
    await cluster.api.apply(path, { ...parameters, data: { ...parameters.data, images } } as Manifest);
    // The API server reads parameters from a cache of its own.
    await poll(async () => admitted(await cluster.create(withContainers(imagesUpTo(1)))) || undefined, {
      timeoutMilliseconds: 10_000,
      everyMilliseconds: 250,
    });
  });
  afterAll(() => cluster.api.apply(path, parameters as Manifest));

  it("has its pods admitted within the API server's cost limit", async () => {
    const answer = await cluster.create(withContainers(imagesUpTo(30)));
    expect(admitted(answer), answer.message).toBe(true);
  });

  it("has every other image refused, for what it is", async () => {
    const answer = await cluster.create(
      withContainers([...imagesUpTo(29), `registry.acme.example/llama@${digest(mostAcceptedImages)}`]),
    );
    expect(answer.rules).toEqual(["tenant-image-accepted"]);
    expect(answer.message).toContain("is none of those that the provider has accepted");
  });
});

describe("a policy is blind where its rule says so", () => {
  it.each(titled(cases.filter(isBlind)))("%s", async (_, { rule, manifest }) => {
    expect((await cluster.create(manifest)).rules).not.toContain(rule.id);
  });

  it("to mistakes that there are", () => {
    for (const { id, admission, breakages } of selected)
      for (const mistake of Object.keys(admission?.blindTo ?? {}))
        expect(
          breakages.map((breakage) => breakage.mistake),
          id,
        ).toContain(mistake);
  });
});

function titled(examples: readonly BrokenExample[]): [string, BrokenExample][] {
  return examples.map((example) => [example.title, example]);
}

function titleOf(rule: string, { kind, metadata }: Manifest): string {
  return `${rule}: ${kind} ${metadata.name}`;
}
