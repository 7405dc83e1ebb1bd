import { describe, expect, it } from "vitest";
import { forms, shows } from "../../../tooling/faults/secrets";

describe("a planted secret", () => {
  const secret = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0w";

  it.each([0, 1, 2, 3, 28])("is found in the base64 of a text, %i bytes from its start", (before) => {
    const whole = Buffer.from(`${"-".repeat(before)}${secret}\nmore`).toString("base64");
    expect(shows(`{"a":"${whole}"}`, forms(secret))).toBe(true);
  });

  it("is found as it is, and where it is not, it is not", () => {
    expect(shows(`x${secret}y`, forms(secret))).toBe(true);
    expect(shows(Buffer.from(`--${secret.toLowerCase()}`).toString("base64"), forms(secret))).toBe(false);
  });
});
