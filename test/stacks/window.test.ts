import { describe, expect, it } from "vitest";
import { Window } from "../../stacks/window";

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a window", () => {
  it("lets so many in, and one more for each that leaves, in the order they came", async () => {
    const window = new Window(2);
    const inside: number[] = [];
    for (let number = 1; number <= 5; number++) void window.enter().then(() => inside.push(number));
    await turn();
    expect(inside).toEqual([1, 2]);
    window.leave();
    await turn();
    expect(inside).toEqual([1, 2, 3]);
    window.leave();
    window.leave();
    await turn();
    expect(inside).toEqual([1, 2, 3, 4, 5]);
  });

  it("has its room again when all have left", async () => {
    const window = new Window(1);
    await window.enter();
    window.leave();
    const entered = await Promise.race([window.enter().then(() => "in"), turn().then(() => "still waiting")]);
    expect(entered).toBe("in");
  });
});
