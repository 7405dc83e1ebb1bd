import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../../components/names";
import { hashMod, hashOne } from "../../../tooling/bundle/dirhash";
import { fetchScript } from "../../../tooling/bundle/fetchScript";
import { modulesOf } from "../../../tooling/bundle/goModules";
import { loadScript } from "../../../tooling/bundle/loadScript";
import { packagesOf } from "../../../tooling/bundle/npm";
import type { BundleLock } from "../../../tooling/bundle/schema";
import { siteSettings } from "../../../tooling/bundle/settings";
import { verifyBundle } from "../../../tooling/bundle/verify/verify";
import { findGo, requireGo } from "../../../tooling/toolchain/go";
import { layOut, lockOf } from "../../support/bundle/bundle";
import { root } from "../../support/factory";
import { zipOf } from "../../support/bundle/zip";

/**
 * A small site from end to end: the printed scripts are run by bash, with the real npm and the real Go, and the site reaches
 * no network. npm's registry and Go's upstream are made up, on this machine.
 */
const work = mkdtempSync(join(tmpdir(), "airgap-"));
const bundle = join(work, "bundle");
const checkout = join(work, "checkout");
const modules = join(checkout, "tooling/toolchain/modules/engine");
const site = join(work, "site");
let registry: Server;
let lock: BundleLock;
let go: string;

const mod = Buffer.from("module example.com/Acme/thing\n\ngo 1.26\n");
const prefix = "example.com/Acme/thing@v1.2.3";
const source = Buffer.from('package thing\n\nfunc Says() string { return "brought" }\n');
const zipped = (content: Buffer) =>
  zipOf([
    { name: `${prefix}/go.mod`, content: mod },
    { name: `${prefix}/thing.go`, content },
  ]);
const goMod = "module site\n\ngo 1.26\n\nrequire example.com/Acme/thing v1.2.3\n";
const goSum = [
  `example.com/Acme/thing v1.2.3 ${hashOne([
    { name: `${prefix}/go.mod`, sha256: sha256(mod) },
    { name: `${prefix}/thing.go`, sha256: sha256(source) },
  ])}`,
  `example.com/Acme/thing v1.2.3/go.mod ${hashMod(mod)}`,
  "",
].join("\n");

/** Of the caller's, what programs need to be found and to run; and no way out. */
const env = (more: Record<string, string> = {}) => ({
  ...{ PATH: `${join(go, "..")}:${process.env.PATH ?? ""}`, HOME: join(work, "home") },
  ...{ npm_config_cache: join(work, "npm-cache"), npm_config_update_notifier: "false" },
  ...{
    GOMODCACHE: join(work, "gomod"),
    GOCACHE: join(homedir(), ".cache/go-build"),
    GOENV: "off",
    GOTOOLCHAIN: "local",
  },
  ...{ HTTPS_PROXY: "http://127.0.0.1:9", https_proxy: "http://127.0.0.1:9" },
  ...more,
});
const run = (file: string, args: readonly string[], cwd: string, more: Record<string, string> = {}) =>
  execa(file, args, { cwd, env: env(more), extendEnv: false, reject: false, all: true });

beforeAll(async () => {
  go = requireGo(await findGo(process.env), "this test").executable;
  for (const folder of [modules, site, join(work, "home"), join(work, "package")])
    mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(work, "package/package.json"),
    JSON.stringify({ name: "@acme/thing", version: "1.0.0", main: "x.js" }),
  );
  writeFileSync(join(work, "package/x.js"), 'module.exports = "brought";\n');
  await run("npm", ["pack", "--pack-destination", work], join(work, "package"));
  const tarball = readFileSync(join(work, "acme-thing-1.0.0.tgz"));
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  registry = createServer(({ url = "" }, response) => {
    const address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    if (url.endsWith(".tgz")) return void response.end(tarball);
    if (!/^\/@acme(%2f|\/)thing$/i.test(url)) return void response.writeHead(404).end();
    const dist = { tarball: `${address}/thing-1.0.0.tgz`, integrity };
    const version = { name: "@acme/thing", version: "1.0.0", main: "x.js", dist };
    response.end(JSON.stringify({ name: "@acme/thing", "dist-tags": {}, versions: { "1.0.0": version } }));
  });
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));

  const packageLock = JSON.stringify({
    ...{ name: "site", version: "1.0.0", lockfileVersion: 3 },
    packages: {
      "": { name: "site", version: "1.0.0", dependencies: { "@acme/thing": "1.0.0" } },
      "node_modules/@acme/thing": { version: "1.0.0", integrity },
    },
  });
  writeFileSync(join(site, "package-lock.json"), packageLock);
  const manifest = { name: "site", version: "1.0.0", dependencies: { "@acme/thing": "1.0.0" } };
  writeFileSync(join(site, "package.json"), JSON.stringify(manifest));
  for (const folder of [modules, site]) {
    writeFileSync(join(folder, "go.mod"), goMod);
    writeFileSync(join(folder, "go.sum"), goSum);
  }
  writeFileSync(
    join(site, "main.go"),
    'package main\n\nimport thing "example.com/Acme/thing"\n\nfunc main() { print(thing.Says()) }\n',
  );
  const place = "example.com/!acme/thing/@v/v1.2.3";
  layOut(
    join(work, "upstream"),
    new Map([
      [`${place}.zip`, zipped(source)],
      [`${place}.mod`, mod],
      [`${place}.info`, Buffer.from('{"Version":"v1.2.3"}')],
    ]),
  );
  const { npm, roots } = packagesOf(packageLock, "package-lock.json", false);
  lock = lockOf({
    ...{ npm: [...npm], npmRoots: [...roots], go: modulesOf(goMod, goSum, "engine") },
    programs: [{ name: "thing", version: "1.2.3", built: { module: "engine", package: "." } }],
  });
}, 120_000);
afterAll(async () => {
  await new Promise((resolve) => registry.close(resolve));
  rmSync(work, { recursive: true, force: true });
});

const settings = () => siteSettings(lock, { from: bundle, registry: "registry.site.example" }).environment;

describe("a site without a network", { timeout: 120_000 }, () => {
  it("is brought a bundle that a script with a network has made", async () => {
    const script = fetchScript(lock, { into: bundle, checkout, lock: join(work, "bundle.lock") });
    const { exitCode, all } = await execa("bash", {
      ...{ input: script, extendEnv: false, reject: false, all: true },
      env: env({
        NO_PROXY: "127.0.0.1",
        npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}`,
        GOPROXY: `file://${join(work, "upstream")}`,
      }),
    });
    expect(exitCode, all).toBe(0);
    expect(await verifyBundle(bundle, lock, new Date())).toEqual({ findings: [], passed: { npm: 1, go: 1 } });
  });

  it("installs npm's packages out of it", async () => {
    const { npm_config_offline: offline } = settings();
    const script = loadScript(lock, bundle, "registry.site.example");
    const loaded = await execa("bash", { input: script, env: env(), extendEnv: false, reject: false, all: true });
    expect(loaded.exitCode, loaded.all).toBe(0);
    // The lock has no addresses, as this project's own; what npm takes is held to its digests all the same.
    await run(process.execPath, [join(root, "tooling/bundle/resolve.mjs")], site);
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    const installed = await run("npm", args, site, { npm_config_offline: offline ?? "" });
    expect(installed.exitCode, installed.all).toBe(0);
    const said = await run(process.execPath, ["-p", 'require("@acme/thing")'], site);
    expect(said.stdout).toBe("brought");
  });

  it("builds with Go out of it, whose sums are compared as ever", async () => {
    const built = await run(go, ["run", "."], site, settings());
    expect(built.exitCode, built.all).toBe(0);
    // `print` writes to standard error, after what Go says of downloads.
    expect(built.stderr).toMatch(/^brought$/m);
  });

  it("gets no changed module past Go nor past `bundle verify`, which both say so", async () => {
    writeFileSync(
      join(bundle, "go/example.com/!acme/thing/@v/v1.2.3.zip"),
      zipped(Buffer.from('package thing\n\nfunc Says() string { return "malice" }\n')),
    );
    const { findings } = await verifyBundle(bundle, lock, new Date());
    expect(findings.map(({ kind, what }) => `${kind} ${what}`)).toEqual(["changed go example.com/Acme/thing@v1.2.3"]);
    const built = await run(go, ["run", "."], site, { ...settings(), GOMODCACHE: join(work, "gomod-2") });
    expect(built.exitCode).not.toBe(0);
    expect(built.all).toMatch(/checksum mismatch/);
  });

  it("gets no changed package past `bundle verify`, nor past npm", async () => {
    writeFileSync(join(bundle, "npm/acme-thing-1.0.0.tgz"), "malice");
    const { findings } = await verifyBundle(bundle, lock, new Date());
    expect(findings.map(({ kind, what }) => `${kind} ${what}`)).toContain("changed npm @acme/thing@1.0.0");
  });
});
