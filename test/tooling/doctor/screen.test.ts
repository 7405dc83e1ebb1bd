import { beforeAll, describe, expect, it } from "vitest";
import { diagnose } from "../../../tooling/doctor/diagnose";
import { questionOf } from "../../../tooling/doctor/run";
import { doctorJson, doctorText } from "../../../tooling/doctor/screen";
import type { Snapshot } from "../../../tooling/doctor/snapshot";
import { healthySnapshot, prepare } from "./healthy";
import { hostTable } from "./faults";

beforeAll(prepare);

const screen = (snapshot: Snapshot) => {
  const question = { kind: "all" } as const;
  return { question, simulated: false, sources: ["https://cluster.example"], diagnosis: diagnose(snapshot, question) };
};

describe("the doctor's screen", () => {
  it("says that nothing is broken, and how much was looked at", () => {
    expect(doctorText(screen(healthySnapshot()))).toMatch(/Nothing is broken: \d+ links hold\.$/);
    expect(JSON.parse(doctorJson(screen(healthySnapshot())))).toMatchObject({
      state: "healthy",
      first: null,
      faults: [],
      unknown: [],
    });
  });

  it("begins with the first broken link, and names what follows from it", () => {
    const snapshot = healthySnapshot();
    const fault = hostTable.find(({ link }) => link === "tee-label");
    fault?.apply(snapshot);
    const text = doctorText(screen(snapshot));
    expect(text).toContain("✗ First broken link: tee-label.");
    expect(text).toMatch(/follows\s+broken because of it: .*runtime-class-matches|tee-keys/);
    expect(text).toContain("docs/firmware.md");
  });

  it("lets no cluster write to the terminal", () => {
    const snapshot = healthySnapshot() as unknown as {
      cluster: { nodes: { value: { metadata: { labels: Record<string, string> } }[] } };
    };
    snapshot.cluster.nodes.value[0]!.metadata.labels["nvidia.com/cc.mode.state"] = "\u001b[2Jfailed\nNothing is broken";
    const text = doctorText(screen(snapshot as unknown as Snapshot));
    expect(text).not.toContain("\u001b");
    expect(text).not.toMatch(/^Nothing is broken/m);
  });
});

describe("what is asked", () => {
  it.each([
    [{}, { kind: "all" }],
    [
      { kind: "node", name: "genoa-a" },
      { kind: "node", name: "genoa-a" },
    ],
    [
      { kind: "pod", name: "acme/llama" },
      { kind: "pod", namespace: "acme", name: "llama" },
    ],
  ])("%j is %j", (words, question) => expect(questionOf(words)).toEqual(question));

  it.each([
    { kind: "pod", name: "llama" },
    { kind: "pod", name: "a/../b" },
    { kind: "node", name: "a/b" },
    { kind: "gpu", name: "x" },
    { kind: "node" },
    { kind: "node", name: "a", all: true as const },
  ])("%j is refused", (words) => expect(() => questionOf(words)).toThrow());
});
