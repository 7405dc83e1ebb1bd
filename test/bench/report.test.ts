import { describe, expect, it } from "vitest";
import { requestOf } from "../../bench";
import { markdown, median, ratio, roundsOf, spread } from "../../bench/report";

describe("figures", () => {
  it("are a median with the least and the most, or the one there is", () => {
    expect(spread([3, 1, 2])).toBe("2.0 (1.0–3.0)");
    expect(spread([1.25])).toBe("1.3");
    expect(spread([])).toBe("–");
    expect(median([10, 9, 100])).toBe(10);
  });

  it("are compared by their medians", () => {
    expect(ratio("a / b", [2, 4, 100], [1, 2, 3])).toEqual({ what: "a / b", value: 2 });
  });
});

describe("a report", () => {
  it("is Markdown, with ratios and whether their targets are met", () => {
    const table = { columns: ["what", "s"], rows: [["up", "1.0"]] };
    const ratios = [
      { what: "x", value: 1.5, target: 1.5 },
      { what: "y", value: 1.51, target: 1.5 },
      { what: "z", value: Number.NaN },
    ];
    expect(markdown({ part: "scale", tables: [table], ratios })).toBe(
      "| what | s |\n| --- | --- |\n| up | 1.0 |\n\n" +
        "| ratio | value | at most |\n| --- | --- | --- |\n| x | 1.50 | 1.5: met |\n| y | 1.51 | 1.5: missed |\n| z | not measured |  |\n",
    );
  });

  it("is of one round where the user is in a hurry", () => {
    expect(roundsOf(5, ["node", "x"])).toBe(5);
    expect(roundsOf(5, ["node", "x", "--quick"])).toBe(1);
  });
});

describe("npm run bench", () => {
  it("runs all parts, or one with options of its own", () => {
    expect(requestOf([])?.parts).toEqual(["rehearsal", "policies", "measurement", "start", "state", "scale"]);
    expect(requestOf(["--quick"])).toMatchObject({ rest: ["--quick"] });
    expect(requestOf(["scale", "--workloads", "100", "--json", "out.json", "--rounds", "2"])).toEqual({
      parts: ["scale"],
      json: "out.json",
      rest: ["--workloads", "100", "--rounds", "2"],
    });
  });

  it("says what it does not know", () => {
    expect(() => requestOf(["scael"])).toThrow('There is no benchmark "scael".');
    expect(() => requestOf(["scale", "--json"])).toThrow("--json names no file.");
    expect(() => requestOf(["scale", "--json", "--quick"])).toThrow("--json names no file.");
  });
});
