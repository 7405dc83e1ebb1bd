import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
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
import { bothSign, signedText } from "../../support/signing";
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
const nothingInstalled = { platform: {}, simulated: true };
/** In a stack in which nothing is yet. */
const preview = (program: () => unknown) =>
  runHere("preview", { ...place, stackName: "empty" }, async () => {
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
});

describe("a refusal", () => {
  it("names the resource, the argument, its value, and what to write", async () => {
    const hosts = [sampleHost({ ccMode: "ppcie", gpu: { model: "H100", count: 4 } })];
    expect(await refusal(() => component("trustfoundry:cluster:NodeMode", { hosts }))).toContain(
      "trustfoundry:cluster:NodeMode resource 'nodemode' has a problem: hosts[0].gpu.count: 4 must be 8 in ppcie mode",
    );
  });

  it("meets a component of another kind where one of this package is wanted", async () => {
    const said = await refusal(() => {
      const opts = { providers: { kubernetes: files() } };
      const mode = component("trustfoundry:cluster:KubeletSettings", { kubernetesVersion: "1.36" }, opts);
      component("trustfoundry:runtime:Kata", { nodeFeatures: mode, nodeMode: mode, ...nothingInstalled }, opts);
    });
    expect(said).toContain("nodeFeatures: is another kind of component");
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
