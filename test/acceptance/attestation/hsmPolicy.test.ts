import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { resourcePolicy } from "../../../components/attestation/resourcePolicy";
import { requestPath } from "../../../components/images/kbsResource";
import { admit, genuineToken, sampleEvidence } from "../../support/evidence";
import { withValue } from "../../support/factory";
import { genuineNodeToken, sampleNode } from "../../support/nodes";
import { Opa } from "../../support/opa";
import { sibling, snp } from "../../support/policyCases/guests";
import { snpClaim } from "../../support/policyCases/paths";
import { first, requestFor } from "../../support/policyCases/resourceCase";

const options = sampleEvidence();
const node = sampleNode();
const asked = (path: string, plugin = "pkcs11") =>
  requestFor("", { plugin, "resource-path": requestPath("pkcs11", path) });
const genuine = genuineToken(snp, options);

/** Title, token, request, and whether it is let in. */
const cases: readonly [string, unknown, ReturnType<typeof requestFor>, boolean][] = [
  ["its key of the HSM", genuine, asked(first(snp)), true],
  ["its other key of the HSM", genuine, asked("acme/registry/nvcr"), true],
  ["a node its key", genuineNodeToken(node, options), asked(node.resources[0]!), true],
  ["a node a release's key", genuineNodeToken(node, options), asked(first(snp)), false],
  ["a guest a node's key", genuine, asked(node.resources[0]!), false],
  ["another release's key", genuine, asked(first(sibling)), false],
  ["its key by another path of the plugin", genuine, requestFor(first(snp), { plugin: "pkcs11" }), false],
  ["its key of the store beside the HSM", genuine, requestFor(first(snp)), false],
  ["the HSM's path of the store beside it", genuine, asked(first(snp), "resource"), false],
  ["what was wrapped for anybody", genuine, requestFor("wrap-key", { plugin: "pkcs11" }), false],
  ["the HSM's folder", genuine, requestFor("resource", { plugin: "pkcs11" }), false],
  ["its key with a query", genuine, { ...asked(first(snp)), query: { label: "x" } }, false],
  ["its key to another guest", withValue(genuine, snpClaim("measurement"), "0".repeat(96)), asked(first(snp)), false],
  [
    "its key to a guest in debug mode",
    withValue(genuine, snpClaim("policy_debug_allowed"), true),
    asked(first(snp)),
    false,
  ],
  ["its key to nobody", {}, asked(first(snp)), false],
];

describe("the policy of a key broker with an HSM", () => {
  const policy = new Opa(join(inject("toolchain").binDir, "opa"), {
    "policy.rego": resourcePolicy(admit(snp, sibling), options, [node], "pkcs11"),
  });
  let verdicts: unknown[];
  beforeAll(async () => {
    verdicts = await policy.evaluateAll(
      "data.policy.allow",
      cases.map(([, token, request]) => ({ input: token, data: { ...request } })),
    );
  });
  afterAll(() => policy.remove());

  it("is Rego that OPA finds nothing to object to", () => policy.check());

  it.each(cases.map(([title, , , allowed], index) => [title, allowed, index] as const))(
    "is asked for %s: %s",
    (_, allowed, index) => {
      expect(verdicts[index]).toBe(allowed);
    },
  );
});
