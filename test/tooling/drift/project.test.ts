import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { Authority } from "../../../tooling/controlplane/pki";
import type { ProjectDriftArgs } from "../../../tooling/drift/project";
import { projectDrift } from "../../../tooling/drift/project";

// The command for stacks of one's own: states from files or from `pulumi`, settings, a kubeconfig, and an API server.

const folder = mkdtempSync(join(tmpdir(), "drift-project-"));
const sealed = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
const opened = { ...sealed, ciphertext: undefined, plaintext: JSON.stringify({ "tls.key": "b3Vycw==" }) };
const policy = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "resource-policy-1", namespace: "trustee" } };
const tls = { apiVersion: "v1", kind: "Secret", metadata: { name: "tls-1", namespace: "trustee" }, type: "Opaque" };

function state(secret: object, context = "owner"): string {
  const resource = (type: string, name: string, inputs: object = {}, outputs: object = inputs) => ({
    urn: `urn:pulumi:acme-trust::trustfoundry::${type}::${name}`,
    type,
    inputs,
    outputs,
  });
  return JSON.stringify({
    version: 3,
    deployment: {
      resources: [
        resource("pulumi:pulumi:Stack", "s"),
        resource("pulumi:providers:kubernetes", "p", { context }),
        resource("kubernetes:core/v1:ConfigMap", "policy", { ...policy, data: { "policy.rego": "deny" } }),
        resource("kubernetes:core/v1:Secret", "tls", { ...tls, data: secret }),
      ],
    },
  });
}

/** What the cluster has, by path, and what was asked of it. */
let objects: Record<string, unknown> = {};
let asked: string[] = [];
let server: Server;

beforeAll(async () => {
  const authority = await Authority.open(join(folder, "pki"), "drift test CA");
  const { certificate, privateKey } = await authority.issueServer("api", {
    commonName: "api",
    dnsNames: ["localhost"],
    addresses: ["127.0.0.1"],
  });
  server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    asked.push(`${request.method} ${path}`);
    const found = objects[path];
    response.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(found ?? { kind: "Status", code: 404, reason: "NotFound" }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ca = Buffer.from(authority.certificate).toString("base64");
  writeFileSync(
    join(folder, "kubeconfig"),
    stringify({
      contexts: [{ name: "owner", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c", cluster: { server: url, "certificate-authority-data": ca } }],
      users: [{ name: "u", user: { token: "t" } }],
    }),
  );
  cpSync("samples/gcp-gke/Pulumi.trust.yaml", join(folder, "Pulumi.acme-trust.yaml"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: trustfoundry\nruntime: nodejs\n");
  writeFileSync(join(folder, "sealed.json"), state(sealed));
  writeFileSync(join(folder, "elsewhere.json"), state(sealed, "nowhere"));
  // A stand-in for `pulumi stack export --show-secrets`.
  writeFileSync(join(folder, "opened.json"), state(opened));
  mkdirSync(join(folder, "bin"));
  const program = `#!/bin/sh\n[ "$1 $2 $3 $6" = "stack export --show-secrets acme-trust" ] || exit 1\ncat "${folder}/opened.json"\n`;
  writeFileSync(join(folder, "bin", "pulumi"), program);
  chmodSync(join(folder, "bin", "pulumi"), 0o755);
  vi.stubEnv("PATH", `${join(folder, "bin")}${delimiter}${process.env.PATH}`);
});

afterAll(() => {
  server.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  asked = [];
  objects = {
    "/api/v1": {
      resources: [
        { name: "configmaps", kind: "ConfigMap", namespaced: true },
        { name: "secrets", kind: "Secret", namespaced: true },
      ],
    },
    "/api/v1/namespaces/trustee/configmaps": { items: [{ ...policy, data: { "policy.rego": "allow" } }] },
    "/api/v1/namespaces/trustee/secrets/tls-1": { ...tls, data: { "tls.key": "bWFsbG9yeQ==" } },
  };
});

const look = (more: Partial<ProjectDriftArgs>) =>
  projectDrift(
    {
      stack: [],
      state: [],
      settings: folder,
      kubeconfig: join(folder, "kubeconfig"),
      heal: false,
      json: true,
      known: [],
      ...more,
    },
    new AbortController().signal,
  ).then(({ text, exitCode }) => ({
    text,
    exitCode,
    ...(JSON.parse(text) as {
      findings: { severity: string; object: { name: string } }[];
      unlooked: { why: string }[];
    }),
  }));

describe("drift of a project's stacks", () => {
  it("is told of an exported state, whose sealed values are compared with nothing", async () => {
    const { exitCode, findings, unlooked } = await look({ state: [join(folder, "sealed.json")] });
    expect(findings.map(({ severity, object }) => `${severity} ${object.name}`)).toEqual([
      "critical resource-policy-1",
    ]);
    expect(unlooked.map(({ why }) => why).join()).toContain("data is sealed in the state");
    expect(exitCode).toBe(2);
    expect(asked.every((each) => each.startsWith("GET "))).toBe(true);
  });

  it("is told of a stack that `pulumi` opens, without a secret on the screen", async () => {
    const { text, findings } = await look({ stack: ["acme-trust"] });
    expect(findings.map(({ object }) => object.name)).toEqual(["resource-policy-1", "tls-1"]);
    for (const secret of ["b3Vycw", "bWFsbG9y"]) expect(text).not.toContain(secret);
  });

  it("is none where all is as it was applied, and never where something was not seen", async () => {
    objects["/api/v1/namespaces/trustee/configmaps"] = { items: [{ ...policy, data: { "policy.rego": "deny" } }] };
    expect((await look({ state: [join(folder, "sealed.json")] })).exitCode).toBe(3);
    objects["/api/v1/namespaces/trustee/secrets/tls-1"] = { ...tls, data: { "tls.key": "b3Vycw==" } };
    expect((await look({ stack: ["acme-trust"] })).exitCode).toBe(0);
  });

  it("is not healed in a cluster that has nothing of the stack: a kubeconfig may lead elsewhere", async () => {
    objects["/api/v1/namespaces/trustee/configmaps"] = { items: [] };
    delete objects["/api/v1/namespaces/trustee/secrets/tls-1"];
    await expect(look({ stack: ["acme-trust"], heal: true })).rejects.toThrow(/none of the 2 objects of acme-trust/);
    expect(asked.filter((each) => !each.startsWith("GET "))).toEqual([]);
  });

  it.each<[string, Partial<ProjectDriftArgs>, RegExp]>([
    ["nothing is named", {}, /Nothing is named/],
    [
      "the kubeconfig has no such context",
      { state: [join(folder, "elsewhere.json")] },
      /no context nowhere; there is owner/,
    ],
    [
      "there are no settings",
      { state: [join(folder, "sealed.json")], settings: tmpdir() },
      /no Pulumi\.acme-trust\.yaml/,
    ],
    ["nobody of that name is there", { state: [join(folder, "sealed.json")], party: "x" }, /--party x owns none/],
    ["`pulumi` refuses", { stack: ["other"] }, /state of other cannot be read/],
  ])("is not asked for where %s", async (_what, args, message) => {
    await expect(look(args)).rejects.toThrow(message);
  });
});
