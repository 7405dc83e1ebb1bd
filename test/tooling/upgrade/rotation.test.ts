import { describe, expect, it } from "vitest";
import { atStart, turnBack } from "../../../tooling/upgrade/progress";
import type { Progress } from "../../../tooling/upgrade/progress";
import { run } from "../../../tooling/upgrade/run";
import type { Moment, World } from "../../../tooling/upgrade/run";
import type { ProcedureRecord } from "../../../tooling/upgrade/record";
import type { Counting, RotationPlan, RotationStep } from "../../../tooling/upgrade/rotation/steps";
import { canTurnBack, counting, nextRotationStep, rotationSteps } from "../../../tooling/upgrade/rotation/steps";
import { Killed } from "./fakeFactory";

const planOf = (kind: RotationPlan["kind"]): RotationPlan => ({
  formatVersion: 1,
  kind,
  title: "",
  owner: "owner",
  providers: ["north", "south"],
});

/** Readers with the signatures that each takes, and files with those that each carries; every change is a piece. */
class FakeReaders implements World<RotationStep> {
  readonly takes: Record<string, Counting> = { owner: "former", north: "former", south: "former" };
  readonly carries: Record<string, Set<"former" | "next">> = {
    owner: new Set(["former"]),
    north: new Set(["former"]),
    south: new Set(["former"]),
  };
  keys = new Set<"former" | "next">(["former"]);
  readonly wrongs: string[] = [];
  left = Infinity;
  pieces = 0;

  perform({ id, provider = "owner" }: RotationStep): Promise<string> {
    const kind = id.replace(/:(north|south)$/, "");
    this.piece(() => {
      if (kind === "make") this.keys.add("next");
      if (kind === "trust") this.takes[provider] = "both";
      if (kind === "sign") this.carries.owner?.add("next");
      if (kind === "handover") this.carries[provider] = new Set(this.carries.owner);
      if (kind === "retire") this.takes[provider] = "next";
      if (kind === "back:trust") this.takes[provider] = "former";
    });
    if (id === "retire") this.piece(() => this.keys.delete("former"));
    if (kind === "back:make") this.piece(() => this.keys.delete("next"));
    return Promise.resolve("");
  }

  violations({ progress }: Moment<RotationStep>): Promise<string[]> {
    const wrong = Object.entries(this.takes).filter(([who, takes]) => {
      const expected = counting(progress, "signer", who === "owner" ? undefined : who);
      return expected !== "both" && progress.underWay === undefined && expected !== takes;
    });
    return Promise.resolve(wrong.map(([who]) => who));
  }

  watch() {
    return { stop: () => Promise.resolve([]) };
  }

  private piece(act: () => void): void {
    if (this.left <= 0) throw new Killed();
    this.left--;
    this.pieces++;
    act();
    for (const [who, takes] of Object.entries(this.takes)) {
      const carried = this.carries[who] ?? new Set();
      if (!(takes === "both" ? carried.size > 0 : carried.has(takes)))
        this.wrongs.push(`${who} takes nothing of what it holds`);
    }
  }
}

type Stored = ProcedureRecord<RotationPlan, null>;

async function go(store: { record: Stored }, world: FakeReaders): Promise<void> {
  await run<RotationPlan, null, RotationStep>({
    record: store.record,
    save: (record) => void (store.record = record),
    next: nextRotationStep,
    world,
    now: () => "2026-01-01T00:00:00Z",
    tell: async (_, work) => void (await work(() => undefined)),
  });
}

const fresh = () => ({
  record: { formatVersion: 1, plan: planOf("signer"), progress: atStart, inputs: null } as Stored,
});

async function killedAfter(pieces: number, store: { record: Stored }, world: FakeReaders): Promise<void> {
  world.left = pieces;
  await go(store, world).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
  world.left = Infinity;
}

describe("a signer's rotation", () => {
  it("leaves each reader with files that it takes at every point, killed anywhere and resumed", async () => {
    const whole = new FakeReaders();
    await go(fresh(), whole);
    for (let at = 0; at <= whole.pieces; at++) {
      const [store, world] = [fresh(), new FakeReaders()];
      await killedAfter(at, store, world);
      await go(store, world);
      expect(world.wrongs, `killed after ${at}`).toEqual([]);
      expect(Object.values(world.takes), `killed after ${at}`).toEqual(["next", "next", "next"]);
      expect([...world.keys]).toEqual(["next"]);
    }
  });

  it("goes back from anywhere until the former key is about to be destroyed", async () => {
    const whole = new FakeReaders();
    await go(fresh(), whole);
    let turned = 0;
    for (let at = 0; at < whole.pieces; at++) {
      const [store, world] = [fresh(), new FakeReaders()];
      await killedAfter(at, store, world);
      if (!canTurnBack(store.record.progress)) continue;
      turned++;
      store.record = { ...store.record, progress: turnBack(store.record.progress) };
      await go(store, world);
      expect(world.wrongs, `back after ${at}`).toEqual([]);
      expect(Object.values(world.takes), `back after ${at}`).toEqual(["former", "former", "former"]);
      expect([...world.keys]).toEqual(["former"]);
    }
    expect(turned).toBeGreaterThan(8);
  });
});

describe("a certificate's rotation", () => {
  const plan = planOf("tls");
  const after = (...done: string[]): Progress => ({ ...atStart, done });

  it("has the key broker show the one, either, the other", () => {
    expect(rotationSteps(plan, atStart).map(({ id }) => id)).toEqual(["make", "admit", "retire"]);
    expect(counting(after("make"), "tls")).toBe("former");
    expect(counting({ ...after("make"), underWay: "admit" }, "tls")).toBe("both");
    expect(counting(after("make", "admit"), "tls")).toBe("next");
  });

  it("goes back until the former key is destroyed", () => {
    const cut = { ...after("make"), underWay: "admit" };
    expect(rotationSteps(plan, turnBack(cut)).map(({ id }) => id)).toEqual(["back:admit", "back:make"]);
    expect(counting({ ...turnBack(cut), done: ["make", "cut:admit", "back:admit"] }, "tls")).toBe("former");
    expect(canTurnBack({ ...after("make", "admit"), underWay: "retire" })).toBe(false);
  });
});
