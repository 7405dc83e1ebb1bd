import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderPolicies } from "../../../policies/admission/render";
import { isObject } from "../../../policies/place";
import type { Resource } from "../../../policies/rule";
import { rules } from "../../../policies/rules";
import { poll } from "../../../tooling/controlplane/api";
import { pathsOf, withInput } from "../../policies/support";
import type { Path } from "../../policies/support";
import { startCluster } from "../cluster";
import { AdmissionCluster, admitted, refusedByPolicy } from "./admissionCluster";
import type { Manifest } from "./admissionExamples";
import { brokenExamples, compliantExamples, manifestOf, selectedRules, templateOf } from "./admissionExamples";

// One definition, two judges: with one property of a confidential workload changed at random, a rule's check and its policy
// in a real API server object alike. RULE=<id>[,<id>] tests these rules alone.

const seed = 20261126;
const changes = 400;
const atOnce = 16;

const selected = selectedRules(rules).filter(
  ({ admission }) => admission?.scope === "confidentialPods" && !admission.parameters,
);
/** No namespace that makes its pods confidential: the check does not see namespaces. */
const namespace = "plain";

const examples = [...new Map(selected.flatMap(({ compliant }) => compliant).map((each) => [text(each), each])).values()]
  .filter((resource) => {
    const manifest = manifestOf(resource);
    return manifest && templateOf(manifest);
  })
  .map((resource): Resource => {
    const metadata = { ...(resource.props.metadata as object), namespace };
    return { ...resource, props: { ...resource.props, metadata } };
  });

/** What people write where a rule looks: all values of examples and of their breakages. */
const values = [
  ...examples.map(({ props }) => props),
  ...selected.flatMap(brokenExamples).map(({ manifest }) => manifest),
]
  .flatMap(leaves)
  .filter((value, index, all) => all.indexOf(value) === index);

interface Change {
  readonly resource: Resource;
  readonly path: Path;
  readonly value: unknown;
}

/** Of the kind of the value that was there, or none at all. */
function otherValue(value: unknown): fc.Arbitrary<unknown> {
  const none = fc.constant(undefined);
  if (typeof value === "string") {
    const alike = values.filter((other) => typeof other === "string");
    const near = ["", `${value}x`, `x${value}`, value.slice(0, -1), value.toUpperCase(), `${value}\n`];
    return fc.oneof(fc.constantFrom(...alike), fc.constantFrom(...near), none);
  }
  if (typeof value === "boolean") return fc.oneof(fc.constant(!value), none);
  if (typeof value === "number") return fc.oneof(fc.constantFrom(0, 1, value + 1, 2 * value), none);
  return fc.oneof(fc.constant(Array.isArray(value) ? [] : {}), none);
}

const change: fc.Arbitrary<Change> = fc
  .constantFrom(...examples)
  .chain((resource) => {
    const paths = pathsOf(resource.props).filter(
      ([part, key]) => part === "spec" || (part === "metadata" && (key === "labels" || key === "annotations")),
    );
    return fc.constantFrom(...paths).map((path) => ({ resource, path }));
  })
  .chain(({ resource, path }) => otherValue(at(resource.props, path)).map((value) => ({ resource, path, value })));

let cluster: AdmissionCluster;
beforeAll(async () => {
  cluster = new AdmissionCluster(await startCluster("admission-agreement"));
  const objects = [...examples.flatMap((each) => manifestOf(each) ?? []), ...selected.flatMap(compliantExamples)];
  const broken = selected.flatMap(brokenExamples).map(({ manifest }) => manifest);
  await cluster.prepare([...objects, ...broken].map(unlabelled));
  const selection = selected.map((rule) => ({ rule, level: "mandatory" }) as const);
  await cluster.enforce(renderPolicies(selection, { now: new Date() }));
  const first = selected.flatMap(
    (rule) => brokenExamples(rule).find(({ breakage }) => !rule.admission?.blindTo?.[breakage.mistake]) ?? [],
  );
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

interface Verdicts {
  readonly changed: string;
  readonly check: readonly string[];
  readonly policy: readonly string[];
}

/** Both verdicts; undefined where Kubernetes' own validation leaves nothing to judge. */
async function judged({ resource, path, value }: Change): Promise<Verdicts | undefined> {
  const [changed] = withInput([resource], 0, path, value);
  const manifest = changed && manifestOf(changed);
  if (!manifest) return undefined;
  const answer = await cluster.create(JSON.parse(JSON.stringify(manifest)) as Manifest);
  if (!admitted(answer) && !refusedByPolicy(answer)) return undefined;
  const check = selected.filter((rule) => rule.evaluate([changed]).findings.length > 0).map(({ id }) => id);
  return { changed: `${resource.name}: ${path.join(".")} = ${text(value)}`, check, policy: answer.rules };
}

describe("check and policy", () => {
  it(`object to the same ${changes} changes`, async () => {
    const wanted = fc.sample(change, { seed, numRuns: changes });
    const verdicts: Verdicts[] = [];
    for (let from = 0; from < wanted.length; from += atOnce)
      verdicts.push(
        ...(await Promise.all(wanted.slice(from, from + atOnce).map(judged))).filter((each) => each !== undefined),
      );

    const blind = new Set(selected.filter(({ admission }) => admission?.blindTo).map(({ id }) => id));
    const differences = verdicts.flatMap(({ changed, check, policy }) => {
      const tooLate = check.filter((id) => !policy.includes(id) && !blind.has(id));
      const tooStrict = policy.filter((id) => !check.includes(id));
      return [
        ...tooLate.map((id) => `${id}: only the check refuses ${changed}`),
        ...tooStrict.map((id) => `${id}: only the policy refuses ${changed}`),
      ];
    });
    expect(differences).toEqual([]);
    // Most changes come as far as a verdict, and many are refused: else this says nothing.
    expect(verdicts.length).toBeGreaterThan(changes / 4);
    if (!process.env.RULE)
      expect(verdicts.filter(({ check }) => check.length > 0).length).toBeGreaterThan(changes / 20);
  });
});

function text(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}

function at(props: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<string | number, unknown> | undefined)?.[key], props);
}

function leaves(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(leaves);
  return isObject(value) ? Object.values(value).flatMap(leaves) : [value];
}

function unlabelled(manifest: Manifest): Manifest {
  return { ...manifest, metadata: { ...manifest.metadata, labels: {} } };
}
