import { describe, expect, it } from "vitest";
import { describeError } from "../../tooling/ui";

describe("an error that is no mistake of a user", () => {
  it.each([
    ["ENOSPC", /Free some space on that disk, then run the command again/],
    ["EROFS", /Make that filesystem writable/],
  ])("of a disk (%s) is told with what to do", (code, says) => {
    const text = describeError(Object.assign(new Error(`${code}: write '/x'`), { code }));
    expect(text).toMatch(says);
    expect(text).not.toContain("defect");
  });

  it("is otherwise called a defect of ours", () => {
    expect(describeError(new Error("x is undefined"))).toContain("This is a defect of Trustfoundry");
  });
});
