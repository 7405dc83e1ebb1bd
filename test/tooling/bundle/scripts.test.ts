import { execa } from "execa";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fetchScript } from "../../../tooling/bundle/fetchScript";
import { loadScript, mirrorScript } from "../../../tooling/bundle/loadScript";
import { mirrored } from "../../../tooling/bundle/places";
import { batches, command, quoted } from "../../../tooling/bundle/shell";
import { siteSettings } from "../../../tooling/bundle/settings";
import { parse } from "smol-toml";
import { lockOf, madeBundle } from "../../support/bundle/bundle";

const made = madeBundle();
const hex = made.image.slice("sha256:".length);

describe("words for a shell", () => {
  it("mean themselves and nothing else", async () => {
    const words = ["$(touch x)", "`id`", "a'b", "; rm -rf /", "a b", "*", "~", "", "\\", '"', "#", "!x", "é"];
    const { stdout } = await execa("bash", ["-c", command("printf", "%s\\n", ...words)]);
    expect(stdout.split("\n")).toEqual(words);
  });

  it("come through a shell as they were, whatever they are", async () => {
    const word = fc.string({ unit: fc.constantFrom(..."ab'\"$`\\ ;&|<>(){}[]*?~#!=-é") });
    const words = fc.sample(word, { numRuns: 200, seed: 9 });
    const { stdout } = await execa("bash", ["-c", command("printf", "%s\\n", ...words)]);
    expect(stdout.split("\n")).toEqual(words);
  });

  it.each(["a\nb", "a\u001b[2J", "a\u202eb", "a\u0000b"])("are refused where they hide something: %j", (word) => {
    expect(() => quoted(word)).toThrow(/a character in it that no name needs/);
  });

  it("are handed over in batches, and none where there are none", () => {
    expect(batches(["x"], ["a", "b", "c"], 2)).toEqual(["x a b", "x c"]);
    expect(batches(["x"], [])).toEqual([]);
  });
});

describe("scripts", () => {
  const fetched = fetchScript(made.lock, {
    into: "/site's bundle",
    checkout: "/opt/trustfoundry",
    lock: "/x/bundle.lock",
  });
  const loaded = loadScript(made.lock, "/media/bundle", "registry.site.example:5000/mirror");
  const copied = mirrorScript(made.lock, "registry.site.example/mirror");

  it("fetch by digest, and compare what has none", () => {
    expect(fetched).toContain(`cd '/site'\\''s bundle'`);
    expect(fetched).toContain(
      `oras copy --to-oci-layout registry.example/tools/kbs@sha256:${hex} images:sha256-${hex}`,
    );
    expect(fetched).toContain(
      `helm pull gpu-operator --repo https://charts.example/nvidia --version v26.3.1 --destination charts`,
    );
    expect(fetched).toMatch(
      /'[0-9a-f]{64} {2}charts\/gpu-operator-v26\.3\.1\.tgz' \\\n.*\n? {2}\| sha256sum --check --strict/,
    );
    expect(fetched).toContain("npm pack --loglevel=error --ignore-scripts --pack-destination npm @acme/thing@1.0.0");
    expect(fetched).not.toMatch(/latest|--insecure|--plain-http|tls-verify|GONOSUM|GOFLAGS=-mod=mod|GOSUMDB=off/);
  });

  it("bring signatures along where guests demand them", () => {
    const tag = `${made.signed.replace(":", "-")}.sig`;
    for (const text of [fetched, loaded, copied]) expect(text).toContain(tag);
  });

  it("load below the registry's own name, and look at what came of it", () => {
    const place = "registry.site.example:5000/mirror/registry.example/tools/kbs:v1";
    expect(loaded).toContain(`oras copy --from-oci-layout images:sha256-${hex} ${place}`);
    expect(loaded).toContain(`test "$(oras resolve ${place})" = sha256:${hex}`);
    expect(loaded).toMatch(
      /'[0-9a-f]{64} {2}charts\/gpu-operator-v26\.3\.1\.tgz' \\\n {2}\| sha256sum --check --strict\nhelm push/,
    );
    expect(loaded).toContain(
      "helm push charts/gpu-operator-v26.3.1.tgz oci://registry.site.example:5000/mirror/charts",
    );
  });

  it("copy from registry to registry with digests kept", () => {
    expect(copied).toContain(
      `skopeo copy --all --preserve-digests docker://registry.example/tools/kbs@sha256:${hex} docker://registry.site.example/mirror/registry.example/tools/kbs:v1`,
    );
  });

  it("have a title of one line, whatever a lock says of its site", () => {
    const lock = lockOf({ site: { factory: "acme\ntouch /tmp/x", role: "trust" } });
    for (const make of [
      () => fetchScript(lock, { into: "/b", checkout: "/c", lock: "/l" }),
      () => loadScript(lock, "/b", "r.example"),
      () => mirrorScript(lock, "r.example"),
    ])
      expect(make).toThrow(/a character in it that no name needs/);
  });

  it.each([fetched, loaded, copied])("are shell that bash reads", async (text) => {
    expect(text).toMatch(/^#!\/usr\/bin\/env bash\n# .*\nset -euo pipefail\n/);
    await execa("bash", ["-n"], { input: text });
  });
});

it("gives a registry with a port a place that no other registry has", () => {
  expect(mirrored("localhost:5000/a/b", "r.example/m")).toBe("r.example/m/localhost_5000/a/b");
  expect(mirrored("nvcr.io/a/b", "r.example")).toBe("r.example/nvcr.io/a/b");
  expect(mirrored("r.example/nvcr.io/a/b", "r.example")).toBe("r.example/nvcr.io/a/b");
});

describe("settings of a site", () => {
  const settings = siteSettings(made.lock, { from: "/srv/bundle", registry: "registry.site.example/mirror" });

  it("have charts from the folder, and npm and Go ask nobody", () => {
    expect(settings.settings["trustfoundry:platform.charts"]).toEqual({
      kind: "directory",
      path: "/srv/bundle/charts",
    });
    expect(settings.environment).toEqual({
      ...{ npm_config_offline: "true", GOPROXY: "file:///srv/bundle/go", GOFLAGS: "-mod=readonly" },
      ...{ GOTOOLCHAIN: "local", TRUSTFOUNDRY_TOOLCHAIN: "build" },
    });
  });

  it("name one proxy, whatever the folder's name has in it", () => {
    const { environment } = siteSettings(made.lock, { from: "/media/a b,direct|off", registry: "r.example" });
    expect(environment.GOPROXY).toBe("file:///media/a%20b%2Cdirect%7Coff/go");
  });

  it("lead hosts and guests to the mirror alone", () => {
    const location = "registry.site.example/mirror/registry.example";
    expect(parse(settings.files["/etc/containerd/certs.d/registry.example/hosts.toml"] ?? "")).toEqual({
      server: "https://registry.site.example/v2/mirror/registry.example",
      ...{ override_path: true, capabilities: ["pull", "resolve"] },
    });
    const registry = [{ prefix: "registry.example", location }];
    expect(parse(settings.files["/etc/containers/registries.conf.d/trustfoundry.conf"] ?? "")).toEqual({ registry });
    expect(settings.settings["acceptance.registries, of each provider"]).toEqual([location]);
    const signed = `registry.example/acme/model@${made.signed}`;
    expect(settings.guestImages).toEqual({ [signed]: `registry.site.example/mirror/${signed}` });
  });

  it("say nothing of what a site has not", () => {
    expect(siteSettings(lockOf({}), { from: "/b", registry: "r.example" })).toEqual({
      ...{ settings: {}, files: {}, environment: { npm_config_offline: "true" } },
    });
  });
});
