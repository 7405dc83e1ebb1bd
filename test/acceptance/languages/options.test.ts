import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as outputModule from "@pulumi/pulumi/output";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { sampleHost } from "../../support/hosts";
import { pluginDirectory, runHere, stackOf, workplace } from "../../support/languages/engine";
import type { Workplace } from "../../support/languages/engine";
import { RemoteComponent } from "../../support/languages/programs";
import type { Wanted } from "../../support/languages/wanted";
import { names } from "../../support/languages/wanted";
import { sampleRelease } from "../../support/release";
import { bothSign, pemOf, signedText, signers } from "../../support/signing";
import { execa } from "execa";

// The real engine and the real Kubernetes provider, which writes files instead of asking a cluster.

let directory: string;
let place: Workplace;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "languages-"));
  mkdirSync(join(directory, "project"));
  place = workplace(join(directory, "project"), inject("toolchain"), "/dev/null");
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const files = () => new k8s.Provider("files", { renderYamlToDirectory: join(directory, "out") });

function component(
  token: string,
  inputs: pulumi.Inputs,
  opts: pulumi.ComponentResourceOptions = {},
  outputs: readonly string[] = [],
): RemoteComponent {
  const name = token.split(":")[2]!.toLowerCase();
  return new RemoteComponent({ token, name, outputs, inputs: {} } satisfies Wanted, inputs, opts);
}

const tenant = {
  namespace: names.modelOwner,
  deployer: "deployer",
  keyBrokerCidrs: names.keyBrokerCidrs,
  quota: names.quota,
  kubernetesVersion: "1.36",
} as unknown as pulumi.Inputs;
const trusted = { factory: names.factory, modelOwner: names.modelOwner, signers: bothSign, simulated: true };
const workload = async () => ({
  ...trusted,
  release: await signedText(sampleRelease()),
  storageClassName: "block",
});
const preview = (program: () => unknown) =>
  runHere("preview", place, async () => {
    await program();
    return {};
  });

/** What the user reads first, and that it is one line. */
async function refusal(program: () => unknown): Promise<string> {
  const { errors, failed } = await preview(program);
  expect(failed).toBe(true);
  const said = errors.find((error) => error.includes("has a problem"))!;
  expect(said.split("\n")).toHaveLength(1);
  return said;
}

class Group extends pulumi.ComponentResource {}

describe("options", () => {
  it("reach the children: provider, protection, parent", async () => {
    const outcome = await runHere("up", place, () => {
      const parent = new Group("consumer:index:Group", "group");
      const remote = component("trustfoundry:cluster:TenantNamespace", tenant, {
        parent,
        protect: true,
        providers: { kubernetes: files() },
      });
      return Promise.resolve({ urn: remote.urn });
    });
    expect(outcome.printed).not.toMatch(/error:/);
    const stack = await stackOf(place, () => Promise.resolve({}));
    interface State {
      readonly urn: string;
      readonly type: string;
      readonly parent?: string;
      readonly protect?: boolean;
      readonly provider?: string;
    }
    const { resources } = (await stack.exportStack()).deployment as { readonly resources: readonly State[] };
    const remote = resources.find(({ type }) => type === "trustfoundry:cluster:TenantNamespace");
    expect(remote?.parent).toMatch(/consumer:index:Group::group$/);
    const children = resources.filter(({ parent }) => parent === remote?.urn);
    expect(children.length).toBeGreaterThan(5);
    for (const child of children) {
      expect(child.protect).toBe(true);
      expect(child.provider).toMatch(/pulumi:providers:kubernetes::files::/);
    }
  });
});

describe("values that are not known at preview", () => {
  // As an output of a resource that is not made yet; the SDK's typings leave the mark out (@pulumi/pulumi 3.248.0, output.js).
  const { unknown: mark } = outputModule as unknown as { readonly unknown: unknown };
  const unknown = () => pulumi.output(mark) as pulumi.Output<string>;

  it("may be what decides about no resource", async () => {
    const inputs = await workload();
    const outcome = await preview(() =>
      component(
        "trustfoundry:workload:ConfidentialWorkload",
        { ...inputs, namespace: unknown() },
        { providers: { kubernetes: files() } },
      ),
    );
    expect(outcome.errors).toEqual([]);
    expect(outcome.failed).toBe(false);
  });

  it("are refused where they decide what is placed, by their place", async () => {
    const inputs = { ...tenant, quota: { ...names.quota, gpus: unknown().apply(Number) } };
    expect(await refusal(() => component("trustfoundry:cluster:TenantNamespace", inputs))).toContain(
      "quota.gpus: is not known at preview",
    );
  });
});

describe("refusals", () => {
  it("name the argument, its value, and what to write", async () => {
    const hosts = [sampleHost({ ccMode: "ppcie", gpu: { model: "H100", count: 4 } })];
    expect(await refusal(() => component("trustfoundry:cluster:NodeMode", { hosts }))).toContain(
      "resource 'nodemode' has a problem: hosts[0].gpu.count: 4 must be 8 in ppcie mode",
    );
  });

  it("keep releases out that others signed", async () => {
    const stranger = pemOf(signers.stranger);
    const inputs = {
      ...(await workload()),
      namespace: names.modelOwner,
      signers: { modelOwner: { threshold: 1, keys: [{ name: "stranger", publicKey: stranger }] } },
    };
    expect(await refusal(() => component("trustfoundry:workload:ConfidentialWorkload", inputs))).toMatch(
      /problem: release: .*sign/,
    );
  });

  it("keep secrets in plain text out, and secrets out of what shows them", async () => {
    const attestation = {
      keyBroker: { dnsName: "kbs.example.com", caCertificate: readCertificate(), clientCidrs: ["192.0.2.0/24"] },
      referenceValueExpiry: "2028-01-01T00:00:00Z",
    };
    const secrets = { tls: { certificate: "c", privateKey: "hush-hush" } };
    const said = await refusal(() =>
      component("trustfoundry:attestation:Trustee", { ...trusted, attestation, secrets }),
    );
    expect(said).toContain("secrets: is in plain text");
    expect(said).not.toContain("hush");
    const hidden = { ...tenant, deployer: pulumi.secret("hush-hush") };
    const shown = await refusal(() => component("trustfoundry:cluster:TenantNamespace", hidden));
    expect(shown).toContain("deployer: is a secret");
    expect(shown).not.toContain("hush");
  });

  it("keep paths inside the project", async () => {
    symlinkSync("/etc", join(place.directory, "linked"));
    for (const path of ["/etc", "../../etc", "linked"])
      expect(
        await refusal(() =>
          component("trustfoundry:cluster:NodeFeatures", {
            platform: { charts: { kind: "directory", path } },
            simulated: true,
          }),
        ),
      ).toContain(`platform.charts.path: "${path}" leaves the project's directory`);
  });

  it("want components of the right kind, made by this package", async () => {
    const opts = { providers: { kubernetes: files() } };
    const said = await refusal(() => {
      const mode = component("trustfoundry:cluster:KubeletSettings", { kubernetesVersion: "1.36" }, opts);
      component("trustfoundry:runtime:Kata", { nodeFeatures: mode, nodeMode: mode, simulated: true }, opts);
    });
    expect(said).toContain("nodeFeatures: is another kind of component");
  });

  it("know no other component", async () => {
    expect(await refusal(() => component("trustfoundry:cluster:Nothing", {}))).toContain(
      "trustfoundry:cluster:Nothing: no component of this package",
    );
  });
});

describe("the schema", () => {
  it("is what the engine reads from the plugin, and what it accepts", async () => {
    const { binDir } = inject("toolchain");
    const run = (...args: string[]) =>
      execa(join(binDir, "pulumi"), args, { cwd: directory, env: { ...place.environment } });
    const file = join(pluginDirectory, "../schema.json");
    await run("schema", "check", file);
    const { stdout } = await run("package", "get-schema", join(pluginDirectory, "pulumi-resource-trustfoundry"));
    expect(JSON.parse(stdout)).toMatchObject(JSON.parse(readFileSync(file, "utf8")) as object);
  });
});

/** Any certificate at all: what is refused here is refused before it is looked at. */
function readCertificate(): string {
  return "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
}
