import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { join } from "node:path";
import { ownerKeys, readOwnerKeys } from "../../../tooling/rehearsal/ownerKeys";
import { InstancePaths } from "../../../tooling/rehearsal/paths";
import type { KeyBrokers } from "../../../tooling/upgrade/keyBrokers";
import { atStart, turnBack } from "../../../tooling/upgrade/progress";
import type { ProcedureRecord } from "../../../tooling/upgrade/record";
import type { Parties } from "../../../tooling/upgrade/rehearsal/parties";
import { TlsWorld } from "../../../tooling/upgrade/rehearsal/tlsWorld";
import type { RotationPlan, RotationStep } from "../../../tooling/upgrade/rotation/steps";
import { nextRotationStep } from "../../../tooling/upgrade/rotation/steps";
import { run } from "../../../tooling/upgrade/run";
import { sampleFactory } from "../../support/factory";
import { Killed } from "./fakeFactory";

const factory = sampleFactory();
const plan: RotationPlan = {
  formatVersion: 1,
  kind: "tls",
  title: "",
  owner: factory.parties.modelOwner,
  providers: [],
};

let home = "";
let world: TlsWorld;
let directory = "";
let record: ProcedureRecord<RotationPlan, null>;
/** What two replicas of the key broker show, rolled one by one. */
let shown: string[] = [];
/** Replicas that are still rolled before the command is killed. */
let left = Infinity;

const keys = () => {
  const found = readOwnerKeys(directory);
  if (!found) throw new Error("the owner's keys are lost");
  return found;
};

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "trustfoundry-tls-"));
  vi.stubEnv("TRUSTFOUNDRY_HOME", home);
  const paths = new InstancePaths("rotated");
  directory = paths.party(plan.owner);
  const { secrets } = await ownerKeys(directory, factory);
  shown = Array<string>(2).fill(secrets.tls.certificate);
  left = Infinity;
  record = { formatVersion: 1, plan, progress: atStart, inputs: null };
  const trust = () => {
    for (const index of shown.keys()) {
      if (left-- <= 0) throw new Killed();
      shown[index] = keys().secrets.tls.certificate;
    }
    return Promise.resolve("");
  };
  world = new TlsWorld({
    paths,
    factory,
    parties: { trust } as unknown as Parties,
    keyBrokers: {
      certificates: () => Promise.resolve([...new Set(shown)]),
      unsettled: () => Promise.resolve([]),
    } as unknown as KeyBrokers,
    signers: { modelOwner: { threshold: 1, keys: [] } },
    signal: new AbortController().signal,
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const go = () =>
  run<RotationPlan, null, RotationStep>({
    record,
    save: (each) => (record = each),
    next: nextRotationStep,
    world,
    now: () => "2026-01-01T00:00:00Z",
    tell: async (_, work) => void (await work(() => undefined)),
  });

describe("a certificate's rotation, killed while the key broker rolls", () => {
  it.each([0, 1])("after %i replicas, goes on to the next certificate, and keeps no other", async (rolled) => {
    const [former = ""] = shown;
    left = rolled;
    await expect(go()).rejects.toThrow(Killed);
    // Neither key is lost meanwhile.
    expect(keys().otherTls).toMatchObject({ is: "former", certificate: former });
    left = Infinity;
    await go();
    const { secrets, otherTls } = keys();
    expect(secrets.tls.certificate).not.toBe(former);
    expect(shown).toEqual(Array(2).fill(secrets.tls.certificate));
    expect(otherTls).toBeUndefined();
  });

  it.each([0, 1])("after %i replicas, goes back to the former one, and keeps no other", async (rolled) => {
    const [former = ""] = shown;
    left = rolled;
    await expect(go()).rejects.toThrow(Killed);
    left = Infinity;
    record = { ...record, progress: turnBack(record.progress) };
    await go();
    expect(shown).toEqual([former, former]);
    expect(keys().secrets.tls.certificate).toBe(former);
    expect(keys().otherTls).toBeUndefined();
  });

  it("is not called done while a replica shows the other certificate", async () => {
    const [former = ""] = shown;
    const { perform } = world;
    world.perform = async (step, progress, show) => {
      const said = await perform.call(world, step, progress, show);
      if (step.id === "admit") shown[1] = former;
      return said;
    };
    await expect(go()).rejects.toMatchObject({
      details: ["a replica of the key broker still shows the former certificate"],
    });
    expect(record.progress.done).toEqual(["make"]);
  });

  it("does not begin where a replica shows one that no guest would take", async () => {
    const stranger = await ownerKeys(join(home, "stranger"), factory);
    shown[1] = stranger.secrets.tls.certificate;
    await expect(go()).rejects.toMatchObject({
      details: [expect.stringContaining("shows one that no guest would take")],
    });
    expect(keys().otherTls).toBeUndefined();
  });
});
