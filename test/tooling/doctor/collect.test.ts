import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { ApiRequest } from "../../../tooling/controlplane/api";
import { ApiError } from "../../../tooling/controlplane/api";
import { collect } from "../../../tooling/doctor/collect/collect";
import { kubeconfigCredentials } from "../../../tooling/doctor/collect/kubeconfig";
import { diagnose } from "../../../tooling/doctor/diagnose";
import { exitCodeOf } from "../../../tooling/doctor/walk";

/** An API server that notes what it is asked, and answers each path by a function. */
function server(answer: (path: string) => unknown) {
  const asked: ApiRequest[] = [];
  const send = (call: ApiRequest): Promise<string> => {
    asked.push(call);
    const said = answer(call.path);
    return said instanceof Error ? Promise.reject(said) : Promise.resolve(JSON.stringify(said));
  };
  return { asked, api: { server: "https://cluster.example", send } };
}

const noOpa = () => Promise.reject(new Error("no policy is evaluated here"));

describe("what is read of clusters", () => {
  it("is read by GET alone, and of Secrets never more than their metadata", async () => {
    const deployment = {
      metadata: { name: "trustee-kbs", namespace: "trustee" },
      spec: { template: { spec: { containers: [] } } },
    };
    const { asked, api } = server((path) => ({ items: path.endsWith("/deployments") ? [deployment] : [] }));
    await collect({ cluster: api, trust: api, opa: noOpa, releases: [], now: new Date() });
    expect(asked.length).toBeGreaterThan(20);
    for (const { method = "GET", body } of asked) expect([method, body]).toEqual(["GET", undefined]);
    const secrets = asked.filter(({ path }) => path.includes("/secrets"));
    expect(secrets.length).toBeGreaterThan(0);
    for (const { accept } of secrets)
      expect(accept).toMatch(/^application\/json;as=PartialObjectMetadataList;g=meta\.k8s\.io;v=v1$/);
  });

  it.each([
    ["may not be read", new ApiError(403, "Forbidden", "forbidden"), "may not be read (403)"],
    ["is not answered", Object.assign(new Error("no"), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
    ["fails", new ApiError(500, "InternalError", "no"), "500 InternalError"],
  ])("is not seen where it %s, and never healthy", async (_what, error, why) => {
    const { api } = server(() => error);
    const snapshot = await collect({ cluster: api, trust: api, opa: noOpa, releases: [], now: new Date() });
    const diagnosis = diagnose(snapshot, { kind: "all" });
    expect(diagnosis.faults).toEqual([]);
    expect(exitCodeOf(diagnosis)).toBe(3);
    expect(JSON.stringify(diagnosis.unknown)).toContain(why);
  });

  it("tells names of a Secret's keys by who set them, without a value", async () => {
    const deployment = {
      metadata: { name: "trustee-kbs", namespace: "trustee" },
      spec: { template: { spec: { containers: [] } } },
    };
    const secret = {
      metadata: { name: "keys", managedFields: [{ fieldsV1: { "f:data": { ".": {}, "f:a.b.c": {} }, "f:type": {} } }] },
    };
    const { api } = server((path) => ({
      items: path.endsWith("/deployments") ? [deployment] : path.endsWith("/secrets") ? [secret] : [],
    }));
    const { trust } = await collect({ cluster: api, trust: api, opa: noOpa, releases: [], now: new Date() });
    expect(trust?.secrets).toEqual({ value: [{ name: "keys", keys: ["a.b.c"] }] });
  });
});

describe("a kubeconfig", () => {
  const directory = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const good = {
    "current-context": "metal",
    contexts: [{ name: "metal", context: { cluster: "c", user: "u" } }],
    clusters: [
      { name: "c", cluster: { server: "https://api.example:6443", "certificate-authority-data": base64("CA") } },
    ],
    users: [{ name: "u", user: { token: "very-secret" } as Record<string, unknown> }],
  };

  const read = (change: (config: typeof good) => void = () => undefined, context?: string) => {
    const config = structuredClone(good);
    change(config);
    const file = join(directory, "config");
    writeFileSync(file, stringify(config));
    return kubeconfigCredentials(file, context);
  };

  it("gives a token, a certificate, or what a login program gives out", async () => {
    expect(await read()).toEqual({
      server: "https://api.example:6443",
      caCertificate: "CA",
      bearerToken: "very-secret",
    });
    const pair = { "client-certificate-data": base64("CERT"), "client-key-data": base64("KEY") };
    expect(await read((config) => (config.users[0]!.user = pair))).toMatchObject({
      certificate: "CERT",
      privateKey: "KEY",
    });
    const script =
      'process.stdout.write(JSON.stringify({ kind: "ExecCredential", status: { token: JSON.parse(process.env.KUBERNETES_EXEC_INFO).kind } }))';
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args: ["-e", script] };
    expect(await read((config) => (config.users[0]!.user = { exec }))).toMatchObject({ bearerToken: "ExecCredential" });
  });

  it.each<[string, (config: typeof good) => void, RegExp]>([
    [
      "does not verify its cluster",
      (config) => Object.assign(config.clusters[0]!.cluster, { "insecure-skip-tls-verify": true }),
      /without verifying/,
    ],
    ["speaks plain HTTP", (config) => (config.clusters[0]!.cluster.server = "http://api.example"), /without verifying/],
    [
      "has no CA",
      (config) => delete (config.clusters[0]!.cluster as Record<string, unknown>)["certificate-authority-data"],
      /has no CA/,
    ],
    [
      "has no login",
      (config) => (config.users[0]!.user = {}),
      /neither a client certificate, a token nor a login program/,
    ],
    [
      "has a login program that fails",
      (config) =>
        (config.users[0]!.user = {
          exec: { apiVersion: "v1", command: process.execPath, args: ["-e", "process.exit(3)"] },
        }),
      /failed/,
    ],
    [
      "names a user that is not there",
      (config) => (config.contexts[0]!.context.user = "x"),
      /has no user x; there is u/,
    ],
  ])("is refused where it %s, without telling a secret", async (_what, change, message) => {
    const refusal = await read(change).then(
      () => "",
      (error: Error) => error.message,
    );
    expect(refusal).toMatch(message);
    expect(refusal).not.toContain("very-secret");
  });

  it("is refused without the context that was named", async () => {
    await expect(read(undefined, "elsewhere")).rejects.toThrow(/has no context elsewhere; there is metal/);
  });
});
