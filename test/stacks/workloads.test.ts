import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { releaseDigest, releaseFileText } from "../../components/workload/releaseFile";
import { receivedReleases } from "../../stacks/workloads";
import { root } from "../support/factory";
import { sampleRelease } from "../support/release";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "handover-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const parties = { modelOwner: "acme-models", dataOwner: "clinic-data" };
const write = (name: string, text: string) => writeFileSync(join(directory, `${name}.release.json`), text);
const receive = (releaseDigests: Record<string, string>, simulated = true) =>
  receivedReleases({ handover: directory, releaseDigests, simulated, parties });

describe("releases received from the model owner", () => {
  it("are accepted when digest, name, owner and kind are what was agreed upon", () => {
    const release = sampleRelease();
    write("llama-8b", releaseFileText(release));
    expect(receive({ "llama-8b": releaseDigest(release) })).toEqual([release]);
  });

  it("are looked for from the project's root, wherever the engine runs the program", () => {
    const release = sampleRelease();
    write("llama-8b", releaseFileText(release));
    const releaseDigests = { "llama-8b": releaseDigest(release) };
    const handover = relative(root, directory);
    const before = process.cwd();
    process.chdir(directory);
    try {
      expect(receivedReleases({ handover, releaseDigests, simulated: true, parties })).toEqual([release]);
    } finally {
      process.chdir(before);
    }
  });

  it("are not looked at unless agreed upon", () => {
    write("llama-8b", releaseFileText(sampleRelease()));
    expect(receive({})).toEqual([]);
  });

  it("are refused, all of them with their reasons at once", () => {
    const changed = sampleRelease();
    write("changed", releaseFileText({ ...changed, replicas: 9 }));
    const other = sampleRelease({ owner: "someone-else", name: "other" });
    write("other", releaseFileText(other));
    write("misnamed", releaseFileText(changed));
    const real = sampleRelease({ name: "real", simulated: false });
    write("real", releaseFileText(real));
    const message = (() => {
      try {
        receive({
          absent: "0".repeat(64),
          changed: releaseDigest(changed),
          other: releaseDigest(other),
          misnamed: releaseDigest(changed),
          real: releaseDigest(real),
        });
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message).toMatch(/5 things in the configuration/);
    expect(message).toMatch(/releaseDigests\.absent: no file absent\.release\.json/);
    expect(message).toMatch(/releaseDigests\.changed: .*the file was changed on its way/);
    expect(message).toMatch(/releaseDigests\.other: was released by someone-else/);
    expect(message).toMatch(/releaseDigests\.misnamed: .*is the release of llama-8b/);
    expect(message).toMatch(/releaseDigests\.real: is a real release/);
  });

  it("refuses a simulated release outside a rehearsal", () => {
    const release = sampleRelease();
    write("llama-8b", releaseFileText(release));
    expect(() => receive({ "llama-8b": releaseDigest(release) }, false)).toThrow(
      /simulated release, made for a rehearsal/,
    );
  });
});
