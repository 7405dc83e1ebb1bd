import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../../components/names";
import { readPins } from "../../../tooling/catalog/read";
import { Unreadable } from "../../../tooling/catalog/unreadable";
import type { Wanted } from "../../../tooling/catalog/wanted";
import { RegistryServer, chartManifest } from "./registryServer";

let registry: RegistryServer;
beforeEach(async () => {
  registry = await RegistryServer.start();
});
afterEach(() => registry.stop());

const digest = (text: string) => `sha256:${sha256(text)}`;
const image = (name: string, version: string): Wanted => ({
  key: `${name}@${version}`,
  version,
  from: `${registry.host}/${name}`,
});
const chart = (name: string, version: string, from = `oci://${registry.host}/charts/${name}`): Wanted => ({
  key: `charts/${name}@${version}`,
  version,
  chart: name,
  from,
});
const read = async (...wanted: Wanted[]) => (await readPins(wanted)).map(({ outcome }) => outcome);
const reason = async (wanted: Wanted) => {
  const [outcome] = await read(wanted);
  if (!(outcome instanceof Unreadable)) throw new Error(`was read: ${JSON.stringify(outcome)}`);
  return `${outcome.obstacle}: ${outcome.message.replaceAll(registry.host, "<registry>")}`;
};

describe("an image's digest", () => {
  it("is that of the manifest which the tag stands for: the index of all platforms before any one of them", async () => {
    registry.manifests.set("team/image:1.0", '{"manifests":[]}');
    expect(await read(image("team/image", "1.0"))).toEqual([
      { manifest: digest('{"manifests":[]}'), from: `${registry.host}/team/image` },
    ]);
    expect(registry.requests[0]?.accept.split(", ")[0]).toBe("application/vnd.oci.image.index.v1+json");
  });

  it("is read with the anonymous token that the registry hands out, asked for once a repository", async () => {
    registry.asksForToken = true;
    for (const tag of ["1", "2"]) registry.manifests.set(`team/image:${tag}`, `{"tag":${tag}}`);
    const outcomes = await read(image("team/image", "1"));
    const again = await read(image("team/image", "2"));
    expect([...outcomes, ...again].some((outcome) => outcome instanceof Unreadable)).toBe(false);
    expect(registry.requests.map(({ url }) => url).slice(0, 3)).toEqual([
      "/v2/team/image/manifests/1",
      "/token?service=test+registry&scope=repository%3Ateam%2Fimage%3Apull",
      "/v2/team/image/manifests/1",
    ]);
    expect(registry.requests[1]?.authorization).toBeUndefined();
  });

  it("is calculated here, and a registry that calls it otherwise is not believed", async () => {
    registry.manifests.set("team/image:1.0", "{}");
    registry.digestHeader = `sha256:${"0".repeat(64)}`;
    expect(await reason(image("team/image", "1.0"))).toBe(
      `unbelievable: <registry> calls team/image:1.0 sha256:${"0".repeat(64)}, and what it sends is ${digest("{}")}`,
    );
  });

  it("is asked for again when the registry stumbles", async () => {
    registry.manifests.set("team/image:1.0", "{}");
    registry.stumbles.push(503, 429);
    expect(await read(image("team/image", "1.0"))).toEqual([
      { manifest: digest("{}"), from: `${registry.host}/team/image` },
    ]);
  });
});

describe("an image that cannot be read", () => {
  it("is missing", async () => {
    expect(await reason(image("team/image", "9.9"))).toBe("absent: <registry> has no team/image:9.9");
  });

  it("is shown to customers alone", async () => {
    registry.asksForToken = true;
    registry.closed.add("team/image");
    expect(await reason(image("team/image", "1.0"))).toMatch(
      /^denied: <registry> shows team\/image:1\.0 to its customers/,
    );
    registry.tokenAnswer = JSON.stringify({ token: "worthless" });
    registry.closed.clear();
    expect(await reason(image("team/other", "1.0"))).toMatch(/^denied: /);
  });

  it("has a registry that keeps stumbling", async () => {
    registry.stumbles.push(500, 502, 503);
    expect(await reason(image("team/image", "1.0"))).toBe("unreachable: <registry> answers with status 503");
  });

  it("has a token service that nobody should talk to, or that gives none", async () => {
    registry.asksForToken = true;
    registry.realm = "http://auth.example/token";
    expect(await reason(image("team/image", "1.0"))).toBe(
      "unbelievable: <registry> sends for a token to http://auth.example/token, which is not HTTPS",
    );
    registry.realm = undefined;
    for (const answer of ["{}", '{"token":""}', "<html>"]) {
      registry.tokenAnswer = answer;
      expect(await reason(image("team/image", "1.0"))).toBe("unbelievable: <registry> answers without a token");
    }
  });

  it("has a host where nobody listens, which is tried once", async () => {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
    await new Promise((resolve) => listener.close(resolve));
    const outcomes = await read(
      ...["a", "b", "c", "d", "e", "f"].map((name) => ({ key: `${name}@1`, version: "1", from: `${host}/${name}` })),
    );
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ obstacle: "unreachable", message: `${host} cannot be reached (ECONNREFUSED)` });
  });
});

describe("a chart's digests", () => {
  const archive = `sha256:${"a".repeat(64)}`;

  it("are in an OCI registry those of its manifest and of the archive in it", async () => {
    const manifest = chartManifest(archive);
    registry.manifests.set("charts/kata-deploy:4.0.0", manifest);
    expect(await read(chart("kata-deploy", "4.0.0"))).toEqual([
      { manifest: digest(manifest), archive, from: `oci://${registry.host}/charts/kata-deploy` },
    ]);
  });

  it("are refused when something else lies at the chart's address", async () => {
    for (const manifest of ['{"layers":[]}', "{}", "text", chartManifest("sha256:short")]) {
      registry.manifests.set("charts/kata-deploy:4.0.0", manifest);
      expect(await reason(chart("kata-deploy", "4.0.0"))).toMatch(/^unbelievable: .* something else than a chart/);
    }
  });

  it("are in a Helm repository the one that the index lists, with or without its algorithm", async () => {
    for (const listed of ["a".repeat(64), archive]) {
      registry.index = `entries:\n  gpu-operator:\n    - { version: v26.3.0, digest: ${"b".repeat(64)} }\n    - { version: v26.3.1, digest: "${listed}" }\n`;
      const from = `http://${registry.host}`;
      expect(await read(chart("gpu-operator", "v26.3.1", from))).toEqual([{ archive, from }]);
    }
  });

  it.each([
    [undefined, "absent: <registry> has no index at /index.yaml"],
    ["entries: {}", "absent: <registry> lists no gpu-operator v26.3.1"],
    ["entries: [", "absent: <registry> lists no gpu-operator v26.3.1"],
    [
      "entries: { gpu-operator: [{ version: v26.3.1 }] }",
      "unbelievable: <registry> lists gpu-operator v26.3.1 without a digest",
    ],
  ])("are refused from the index %s", async (index, expected) => {
    registry.index = index;
    expect(await reason(chart("gpu-operator", "v26.3.1", `http://${registry.host}/`))).toBe(expected);
  });
});

describe("reading", () => {
  it("ends at once when it is interrupted", async () => {
    const interrupt = new AbortController();
    interrupt.abort(new Error("interrupted"));
    await expect(readPins([image("team/image", "1.0")], { signal: interrupt.signal })).rejects.toThrow("interrupted");
  });

  it("gives the findings in the order asked for, and tells each as it is made", async () => {
    const names = Array.from({ length: 9 }, (_, index) => `team/image-${index}`);
    for (const name of names) registry.manifests.set(`${name}:1`, `{"name":"${name}"}`);
    const told: string[] = [];
    const findings = await readPins(
      names.map((name) => image(name, "1")),
      { onFinding: ({ wanted }) => told.push(wanted.key) },
    );
    expect(findings.map(({ wanted }) => wanted.key)).toEqual(names.map((name) => `${name}@1`));
    expect(told.sort()).toEqual(names.map((name) => `${name}@1`));
  });
});
