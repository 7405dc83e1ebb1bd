import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { AdmittedRelease } from "../../../components/attestation/admittedRelease";
import { trusteeStores } from "../../../components/attestation/trusteeStores";
import type { Release } from "../../../components/workload/release";
import { readDecisions } from "../../../tooling/attestation/stores";
import { Judge } from "../../../tooling/upgrade/judge";
import type { GivenTo } from "../../../tooling/upgrade/progress";
import { playTime, siblingRelease, snpRelease } from "../../tooling/attestation/support";

/** The attestation service asks NVIDIA, as its policies expect (trusteeConfiguration). */
const configuration = JSON.stringify({ verifier_config: { nvidia_verifier: { type: "Remote" } } });
const until = "2099-01-01T00:00:00Z";
const next = (changes: Partial<Release>): Release => ({
  ...snpRelease,
  history: { sequence: 2, previous: "1".repeat(64) },
  ...changes,
});
const booted = next({ launch: { snp: { measurement: "7".repeat(96) } } });
const rotated = next({ resources: ["acme/model-key/llama-8b.2"] });

const decisions = (...admitted: AdmittedRelease[]) =>
  readDecisions({
    ...trusteeStores([...admitted, { release: siblingRelease }], { verifier: "remote" }, "2028-01-01T00:00:00Z"),
    configuration,
  });

let judge: Judge;
beforeAll(() => {
  judge = new Judge(
    join(inject("toolchain").binDir, "opa"),
    [snpRelease, booted, rotated, siblingRelease],
    () => playTime,
  );
});
afterAll(() => judge.remove());

const claims = (successor: Release, given: GivenTo) => [
  { who: "the former guest", guest: snpRelease, given: given.former },
  { who: "the next guest", guest: successor, given: given.next },
];

describe.each([
  ["a new guest image", booted],
  ["a rotated key", rotated],
])("the policies of a rollover to %s, asked by OPA", (_, successor) => {
  const former = decisions({ release: snpRelease });
  const both = decisions({ release: snpRelease, until }, { release: successor });
  const after = decisions({ release: successor });

  it("give the former its key alone, then both theirs, then the next its alone", async () => {
    expect(await judge.violations(former, claims(successor, { former: "key", next: "nothing" }))).toEqual([]);
    expect(await judge.violations(both, claims(successor, { former: "key", next: "key" }))).toEqual([]);
    expect(await judge.violations(after, claims(successor, { former: "nothing", next: "key" }))).toEqual([]);
  });

  it("give nothing to whoever tampers with either", async () => {
    for (const guest of [snpRelease, successor]) expect(await judge.attacks(both, "a guest", guest)).toEqual([]);
  });

  it("are found out where a step did not do what it should", async () => {
    const lost = await judge.violations(former, claims(successor, { former: "key", next: "key" }));
    expect(lost).toEqual([expect.stringMatching(/^the next guest would not get .*: refused at policy/)]);
    const open = await judge.violations(both, claims(successor, { former: "nothing", next: "key" }));
    expect(open).toEqual(["the former guest would get acme/model-key/llama-8b"]);
  });
});
