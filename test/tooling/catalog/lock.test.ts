import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseCatalogLock, renderCatalogLock } from "../../../components/catalogLock";
import { sha256 } from "../../../components/names";
import { checkCatalog, lockCatalog } from "../../../tooling/catalog/lock";
import { describeError } from "../../../tooling/ui";
import type { Wanted } from "../../../tooling/catalog/wanted";
import { RegistryServer, chartManifest } from "./registryServer";

let registry: RegistryServer;
let directory: string;
let file: string;
let lines: string[];
beforeEach(async () => {
  registry = await RegistryServer.start();
  directory = mkdtempSync(join(tmpdir(), "catalog-"));
  file = join(directory, "catalog.lock");
  lines = [];
  registry.manifests.set("kata-deploy:4.0.0", "{}");
  registry.manifests.set("charts/kata-deploy:4.0.0", chartManifest(archive));
});
afterEach(async () => {
  await registry.stop();
  rmSync(directory, { recursive: true });
});

const archive = `sha256:${"a".repeat(64)}`;
const digest = (text: string) => `sha256:${sha256(text)}`;
const say = (line: string) => lines.push(line);

function wanted(): Wanted[] {
  return [
    { key: "images/kata-deploy@4.0.0", version: "4.0.0", from: `${registry.host}/kata-deploy` },
    {
      key: "charts/kata-deploy@4.0.0",
      version: "4.0.0",
      chart: "kata-deploy",
      from: `oci://${registry.host}/charts/kata-deploy`,
    },
  ];
}
const lock = (changes: Partial<Parameters<typeof lockCatalog>[0]> = {}) =>
  lockCatalog({ file, wanted: wanted(), say, ...changes });
const check = (changes: Partial<Parameters<typeof checkCatalog>[0]> = {}) =>
  checkCatalog({ file, wanted: wanted(), say, ...changes });
const refusalOf = async (promise: Promise<unknown>) =>
  describeError(
    await promise.then(
      () => new Error("nothing was refused"),
      (error: unknown) => error,
    ),
  ).replaceAll(registry.host, "<registry>");

describe("locking", () => {
  it("writes every digest, sorted, and says what is new", async () => {
    await lock();
    expect(readFileSync(file, "utf8")).toBe(
      renderCatalogLock({
        lockVersion: 1,
        pins: {
          "charts/kata-deploy@4.0.0": {
            manifest: digest(chartManifest(archive)),
            archive,
            from: `oci://${registry.host}/charts/kata-deploy`,
          },
          "images/kata-deploy@4.0.0": { manifest: digest("{}"), from: `${registry.host}/kata-deploy` },
        },
      }),
    );
    expect(lines).toContain(`✓ images/kata-deploy@4.0.0: ${digest("{}").slice(0, 19)}… new`);
  });

  it("changes nothing when nothing has changed", async () => {
    await lock();
    const before = readFileSync(file, "utf8");
    await lock();
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(lines.filter((line) => line.endsWith(" same"))).toHaveLength(2);
  });

  it("drops what nobody asks for any more, and says so", async () => {
    await lock();
    await lock({ wanted: wanted().slice(0, 1) });
    expect(Object.keys(parseCatalogLock(readFileSync(file, "utf8")).pins)).toEqual(["images/kata-deploy@4.0.0"]);
    expect(lines).toContain("- charts/kata-deploy@4.0.0: no longer asked for");
  });

  it("writes nothing unless all could be read, and tells each reason once", async () => {
    await lock();
    const before = readFileSync(file, "utf8");
    registry.manifests.set("kata-deploy:4.0.0", '{"other":true}');
    const more = ["a", "b"].map((name) => ({ key: `${name}@1`, version: "1", from: "127.0.0.1:1/nobody" }));
    const refusal = await refusalOf(lock({ wanted: [...wanted(), ...more], acceptMoved: true }));
    expect(refusal.replace(/reached \(.+\)/, "reached (…)")).toBe(
      [
        "catalog.lock was left as it was: 2 of 4 digests could not be read.",
        "  | 127.0.0.1:1 cannot be reached (…): a@1, b@1",
        "  → Run this where the registries can be reached, and bring catalog.lock here.",
      ].join("\n"),
    );
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(readdirSync(directory)).toEqual(["catalog.lock"]);
  });

  it("writes no file at all when there was none", async () => {
    registry.manifests.clear();
    expect(await refusalOf(lock())).toMatch(
      /2 of 2 digests could not be read[\s\S]*<registry> has no kata-deploy:4\.0\.0/,
    );
    expect(existsSync(file)).toBe(false);
  });

  it("says what to do about an image that is shown to customers alone", async () => {
    registry.closed.add("kata-deploy");
    expect(await refusalOf(lock())).toMatch(
      /→ An image that a registry shows to customers alone is named by its digest/,
    );
  });

  it("refuses a lock that it cannot read, rather than starting over", async () => {
    writeFileSync(file, "{");
    expect(await refusalOf(lock())).toMatch(/^catalog\.lock is not JSON; restore it/);
    expect(readFileSync(file, "utf8")).toBe("{");
  });

  it("says that a file cannot be written, and leaves no draft behind", async () => {
    const absent = join(directory, "absent", "catalog.lock");
    expect(await refusalOf(lock({ file: absent }))).toBe(
      `${absent} cannot be written (ENOENT).\n  → Nothing of it was changed.`,
    );
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("a version whose content changed", () => {
  beforeEach(async () => {
    await lock();
    registry.manifests.set("kata-deploy:4.0.0", '{"republished":true}');
  });

  it("is refused, with both digests", async () => {
    const before = readFileSync(file, "utf8");
    expect(await refusalOf(lock())).toBe(
      [
        "catalog.lock was left as it was: 1 version changed under the same name.",
        `  | images/kata-deploy@4.0.0: catalog.lock says ${digest("{}")}, and <registry>/kata-deploy says ${digest('{"republished":true}')}`,
        "  → Ask the publisher why. If what is there now is right, run the command again with --accept-moved.",
      ].join("\n"),
    );
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("is taken up when the user says so", async () => {
    await lock({ acceptMoved: true });
    expect(parseCatalogLock(readFileSync(file, "utf8")).pins["images/kata-deploy@4.0.0"]?.manifest).toBe(
      digest('{"republished":true}'),
    );
  });
});

describe("a mirror", () => {
  const mirrored = (): Wanted[] =>
    wanted().map((each) => (each.chart ? { ...each, from: `oci://${registry.host}/mirror/kata-deploy` } : each));

  it("may make manifests of its own around the same archive", async () => {
    await lock();
    registry.manifests.set("mirror/kata-deploy:4.0.0", `${chartManifest(archive)} `);
    await lock({ wanted: mirrored() });
    expect(parseCatalogLock(readFileSync(file, "utf8")).pins["charts/kata-deploy@4.0.0"]).toEqual({
      manifest: digest(`${chartManifest(archive)} `),
      archive,
      from: `oci://${registry.host}/mirror/kata-deploy`,
    });
  });

  it("with another archive than upstream's is refused", async () => {
    await lock();
    const other = `sha256:${"b".repeat(64)}`;
    registry.manifests.set("mirror/kata-deploy:4.0.0", chartManifest(other));
    expect(await refusalOf(lock({ wanted: mirrored() }))).toContain(
      `charts/kata-deploy@4.0.0: catalog.lock says ${archive}, and oci://<registry>/mirror/kata-deploy says ${other}`,
    );
  });
});

describe("checking", () => {
  it("is content with a complete lock, and asks where it was read: a mirror too", async () => {
    registry.manifests.set("mirror/kata-deploy:4.0.0", chartManifest(archive));
    const from = `oci://${registry.host}/mirror/kata-deploy`;
    await lock({ wanted: wanted().map((each) => (each.chart ? { ...each, from } : each)) });
    registry.manifests.delete("charts/kata-deploy:4.0.0");
    await check();
  });

  it("tells what is missing, what is too much and what changed, and writes nothing", async () => {
    await lock({
      wanted: [...wanted(), { key: "images/old@1", version: "1", from: `${registry.host}/kata-deploy` }].map((each) =>
        each.key === "images/old@1" ? { ...each, version: "4.0.0" } : each,
      ),
    });
    const before = readFileSync(file, "utf8");
    registry.manifests.set("kata-deploy:4.0.0", '{"republished":true}');
    const added = { key: "images/new@1", version: "1", from: `${registry.host}/new` };
    expect(await refusalOf(check({ wanted: [...wanted(), added] }))).toMatch(
      /^catalog\.lock is not as it should be: 3 differences\.\n {2}\| images\/new@1: not locked\n {2}\| images\/old@1: locked, and no longer in the catalog\n {2}\| images\/kata-deploy@4\.0\.0: catalog\.lock says/,
    );
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("does not call a lock right that it could not compare", async () => {
    await lock();
    registry.stumbles.push(...Array.from({ length: 6 }, () => 503));
    expect(await refusalOf(check())).toMatch(/^catalog\.lock was not checked: 2 of 2 digests could not be read/);
  });
});
