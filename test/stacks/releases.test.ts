import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyLock } from "../../components/catalogLock";
import { guestImageText } from "../../components/guest/measurement/guestImage";
import { simulatedGuestImage } from "../../components/guest/measurement/simulatedGuestImage";
import { parseAs } from "../../stacks/config/load";
import { deriveStacks } from "../../stacks/rehearsal";
import { computedRelease } from "../../stacks/releases";
import { sampleFactory, withValue } from "../support/factory";
import { caCertificate } from "../support/model";
import { bothSign } from "../support/signing";

const material = { keyBrokerCa: caCertificate, signers: bothSign, releases: "none" };
const config = parseAs("trust", deriveStacks(sampleFactory(), material).trust);
const issue = {
  history: { sequence: 1, previous: null },
  validity: { notBefore: "2026-11-01T00:00:00Z", notAfter: "2027-11-01T00:00:00Z" },
};
const compute = (changed = config) =>
  computedRelease(changed, "frontier-400b", issue, { lock: emptyLock, simulated: true });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "inputs-"));
});
afterEach(() => rmSync(directory, { recursive: true }));
function put(text: string): string {
  const file = join(directory, "input");
  writeFileSync(file, text);
  return file;
}

describe("a release's input files", () => {
  it("are read where the configuration names them", () => {
    const image = { ...simulatedGuestImage("4.0.0"), name: "mine" };
    expect(compute({ ...config, guestImage: put(guestImageText(image)) }).guestImage?.name).toBe("mine");
  });

  it.each<[string, (string | number)[], string, RegExp]>([
    [
      "no guest image",
      ["guestImage"],
      "{}",
      /trustfoundry:guestImage: .*input is not a description by `guest describe` \(guest image: /,
    ],
    [
      "no JSON",
      ["models", 1, "artifact"],
      "{",
      /models\[1\]\.artifact: .*is not a description by `model seal` \(not JSON\)/,
    ],
    ["another artifact", ["models", 1, "artifact"], '{"kind":"zip"}', /models\[1\]\.artifact: .*\(kind: /],
    ["no key", ["models", 1, "servingKey"], "none", /models\[1\] \(frontier-400b\): serving key: no PEM public key/],
  ])("are refused with place and reason: %s", (_, path, text, says) => {
    const file = put(text);
    const value = path.at(-1) === "servingKey" ? { publicKey: file, resource: "acme/serving/a" } : file;
    expect(() => compute(withValue(config, path, value))).toThrow(says);
  });

  it("have to be there", () => {
    expect(() => compute({ ...config, guestImage: join(directory, "absent") })).toThrow(/guestImage: there is no file/);
  });
});
