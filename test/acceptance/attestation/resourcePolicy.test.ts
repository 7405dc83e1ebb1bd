import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { resourcePolicy } from "../../../components/attestation/resourcePolicy";
import type { Release } from "../../../components/workload/release";
import { Decisions } from "../../support/attestationService";
import type { Token } from "../../support/ear";
import { admit, genuineClaims, genuineToken, sampleEvidence } from "../../support/evidence";
import { withValue } from "../../support/factory";
import { genuineNodeClaims, genuineNodeToken } from "../../support/nodes";
import { Opa } from "../../support/opa";
import type { SettingName } from "../../support/policyCases/guests";
import { board, current, former, settings, sibling, snp, tdx } from "../../support/policyCases/guests";
import { device } from "../../support/policyCases/paths";
import { requestFor } from "../../support/policyCases/resourceCase";
import { resourceCases } from "../../support/policyCases/resourceCases";
import { sampleRelease, tdxParts } from "../../support/release";
import { absence, upstream } from "../../support/upstream";

const opa = join(inject("toolchain").binDir, "opa");
const names = Object.keys(settings) as SettingName[];
const allow = "data.policy.allow";

/** What a key broker with these releases answers: a token and a path each. */
async function answers(
  releases: readonly Release[],
  questions: readonly { readonly token: unknown; readonly path: string }[],
): Promise<unknown[]> {
  const policy = new Opa(opa, { "policy.rego": resourcePolicy(admit(...releases), sampleEvidence()) });
  try {
    return await policy.evaluateAll(
      allow,
      questions.map(({ token, path }) => ({ input: token, data: { ...requestFor(path) } })),
    );
  } finally {
    policy.remove();
  }
}

describe.each(names)("the policy %s", (name) => {
  const { admitted, nodes, options } = settings[name];
  const cases = resourceCases.filter(({ setting }) => setting === name);
  const policy = new Opa(opa, { "policy.rego": resourcePolicy(admitted, options, nodes) });
  let verdicts: unknown[];
  beforeAll(async () => {
    verdicts = await policy.evaluateAll(
      allow,
      cases.map(({ token, request }) => ({ input: token, data: { ...request } })),
    );
  });
  afterAll(() => policy.remove());

  it("is Rego that OPA finds nothing to object to", () => policy.check());

  it.each(cases.map(({ title, allowed }, index) => [title, allowed, index] as const))("%s: %s", (_, allowed, index) => {
    expect(verdicts[index]).toBe(allowed);
  });

  it("answers a single question as it answers all at once", async () => {
    for (const { token, request, allowed } of [cases[0]!, cases.at(-1)!])
      expect(await policy.evaluate(allow, token, { ...request })).toBe(allowed);
  });
});

it("is asked about far more than forty threats", () => {
  const denied = resourceCases.filter(({ allowed }) => !allowed).map(({ title }) => title.replace(/^[^:]*: /, ""));
  expect(new Set(denied).size).toBeGreaterThan(120);
});

it.each(names)("the tokens of these tests are what the attestation service makes of evidence: %s", async (name) => {
  const { admitted, nodes, options } = settings[name];
  const decisions = new Decisions(inject("toolchain").binDir, admitted, options, nodes);
  for (const node of nodes)
    expect(await decisions.token(genuineNodeClaims(node, options))).toEqual(genuineNodeToken(node, options));
  for (const { release } of admitted)
    expect(await decisions.token(genuineClaims(release, options))).toEqual(genuineToken(release, options));
  decisions.remove();
});

describe("no release opens another's keys", () => {
  const releases = [
    snp,
    sibling,
    tdx,
    board,
    current,
    sampleRelease({ ...tdxParts, name: "small", initData: former.initData, resources: ["x/y/z"] }),
  ];
  const paths = releases.flatMap(({ resources }) => resources);
  const options = sampleEvidence();

  it("a token made for a release opens exactly that release's paths", async () => {
    const asked = releases.flatMap((release) =>
      paths.map((path) => ({ token: genuineToken(release, options), path, mine: release.resources.includes(path) })),
    );
    expect(await answers(releases, asked)).toEqual(asked.map(({ mine }) => mine));
  });

  it.each([
    ["init-data", ["init_data"]],
    ["launch measurement", ["snp", "measurement"]],
    ["virtual firmware", ["tdx", "quote", "body", "mr_td"]],
    ["kernel", ["tdx", "quote", "body", "rtmr_1"]],
    ["command line", ["tdx", "quote", "body", "rtmr_2"]],
  ])("a release's guest with another's %s opens nothing", async (_, path) => {
    const evidence = ({ submods }: Token) => submods.cpu0?.["ear.veraison.annotated-evidence"];
    const valueIn = (token: Token) =>
      path.reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], evidence(token));
    const proof = (token: Token) => {
      const { init_data, snp: ofSnp, tdx: ofTdx } = evidence(token) as Record<string, Record<string, unknown>>;
      return JSON.stringify([init_data, ofSnp?.measurement, ofTdx?.quote]);
    };
    const tokens = releases.map((release) => genuineToken(release, options));
    const mixed = tokens.flatMap((one) =>
      tokens.flatMap((other) => {
        const value = valueIn(other);
        if (value === undefined || valueIn(one) === undefined || value === valueIn(one)) return [];
        const token = withValue(one, device("cpu0", ...path), value);
        // With the other's init-data, a guest of the same image is the other's.
        return tokens.some((genuine) => proof(genuine) === proof(token)) ? [] : [token];
      }),
    );
    if (path[0] !== "tdx") expect(mixed.length).toBeGreaterThan(3);
    const asked = mixed.flatMap((token) => paths.map((each) => ({ token, path: each })));
    expect((await answers(releases, asked)).filter((verdict) => verdict !== false)).toEqual([]);
  });

  /** Releases that share what they may: guest images, firmware floors, GPUs; and never launch and init-data both. */
  const someRelease = fc.record({
    tdx: fc.boolean(),
    image: fc.constantFrom("1", "2"),
    floor: fc.integer({ min: 1, max: 4 }),
    gpus: fc.constantFrom(1, 8),
    keys: fc.integer({ min: 1, max: 3 }),
  });

  it("in whatever company it stands", async () => {
    const company = fc.array(someRelease, { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(company, async (shapes) => {
        const made = shapes.map(({ tdx: onTdx, image, floor, gpus, keys }, index) => {
          const digits = image.repeat(96);
          return sampleRelease({
            ...(onTdx && tdxParts),
            name: `model-${index}`,
            owner: `owner-${index % 3}`,
            gpu: { model: "H100", count: gpus, nvSwitches: 0 },
            launch: onTdx ? { tdx: { mrTd: digits, rtmr1: digits, rtmr2: digits } } : { snp: { measurement: digits } },
            ...(!onTdx && { tcb: { snp: { bootloader: floor, tee: floor, snp: floor, microcode: floor } } }),
            initData: { annotation: "x", digest: `${index + 1}`.repeat(64) },
            resources: Array.from({ length: keys }, (_, key) => `owner/model-${index}/key-${key}`),
          });
        });
        const asked = made.flatMap((release) =>
          made.flatMap((owner) =>
            owner.resources.map((path) => ({ token: genuineToken(release, options), path, mine: owner === release })),
          ),
        );
        expect(await answers(made, asked)).toEqual(asked.map(({ mine }) => mine));
      }),
      { numRuns: 12 },
    );
  });
});

const example = "trustee/example-ear-token.json";
it.skipIf(!upstream(example))(`refuses Trustee's published example token${absence(example)}`, async () => {
  const token = JSON.parse(readFileSync(upstream(example) as string, "utf8")) as Token;
  // The shape that the policies read is the published one.
  expect(token.iat).toEqual(expect.any(Number));
  expect(token.submods.cpu0).toMatchObject({
    "ear.status": expect.any(String),
    "ear.appraisal-policy-id": "default",
    "ear.trustworthiness-vector": { configuration: 36, executables: 33, hardware: 97 },
    "ear.veraison.annotated-evidence": { init_data: expect.any(String) },
  });
  const now = withValue(token, ["iat"], genuineToken(snp, sampleEvidence()).iat);
  const asked = [snp, tdx].flatMap(({ resources }) => resources.map((path) => ({ token: now, path })));
  expect(await answers([snp, tdx], asked)).toEqual(asked.map(() => false));
});
