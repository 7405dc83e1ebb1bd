import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { LivePolicies } from "../../../tooling/doctor/collect/policies";

const opa = join(inject("toolchain").binDir, "opa");
let asked = 0;
const server = createServer((_, response) => {
  asked += 1;
  response.end("{}");
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const open = async (rego: string) => {
  const policies = await LivePolicies.open(opa, {
    resourcePolicy: `package policy\nimport rego.v1\n${rego}\n`,
    attestationPolicies: {},
    referenceValues: {},
  });
  policies.remove();
  return policies.blocks;
};

// Whoever writes a policy in a cluster must not have it run here with more than what it is asked.
it("evaluates a live policy", async () => {
  expect(await open(`releases := {"llama-8b#1": {"paths": [lower("A/B/C")]}}`)).toEqual({
    value: { "llama-8b#1": { paths: ["a/b/c"] } },
  });
});

it.each([
  ["reads this machine's environment", () => `releases := opa.runtime().env`],
  ["asks somebody", () => `releases := http.send({"method": "GET", "url": "${url}"})`],
  ["looks up a name", () => `releases := {name: {} | some name in net.lookup_ip_addr("localhost")}`],
])("evaluates none that %s", async (_, rego) => {
  expect(await open(rego())).toEqual({ unseen: "the live resource policy does not load in OPA" });
  expect(asked).toBe(0);
});
