import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parse, stringify } from "yaml";
import type { HostProfile } from "../../../components/host/profile";
import { completeSections } from "../../../stacks/presetFile";
import { gpuNode } from "../../../tooling/controlplane/simulatedNodes";
import { templateNames } from "../../../tooling/partners/partnerFile";
import { root } from "../../support/factory";
import type { InstalledPackage } from "../../support/installedPackage";
import { installPackage } from "../../support/installedPackage";
import type { TestCluster } from "../cluster";
import { startCluster } from "../cluster";
import { addVendor, exampleVendor } from "./ninthVendor";
import { offline } from "./overlays";
import { pulumiIn, pulumiNew } from "./pulumiNew";
import type { Place } from "./pulumiNew";
import { sampleOf } from "./harness";

// `pulumi new` by the real engine on each template of the packed package, and what comes of it, by plain `pulumi`. Only the
// language host is a stand-in (test/support/languageHost.cjs): it links packages instead of installing them.

const directory = mkdtempSync(join(tmpdir(), "pulumi-new-"));
const templates = [...templateNames(join(root, "stacks", "partners")), "ninth"];
/** Every default answer names this context. */
const context = "factory";
/**
 * Projects that are previewed: templates of hardware vendors differ by their data alone, of which the ninth vendor's is
 * the newest; each vendor's own stack is tried by a file named after it.
 */
const withoutExtraKinds = ["generic", "hpe", "ninth"];

let installed: InstalledPackage;
let cluster: TestCluster;
beforeAll(async () => {
  installed = await installPackage(directory);
  // As docs/partners.md says: one data file, and `npm run templates`.
  await addVendor("ninth", exampleVendor(), join(installed.nodeModules, "trustfoundry"));
  const hosts = withoutExtraKinds.map((name) => hostOf(name));
  cluster = await startCluster(context, hosts.map(gpuNode));
});
afterAll(async () => {
  await cluster?.destroy();
  rmSync(directory, { recursive: true, force: true });
});

const templateOf = (name: string) => join(installed.nodeModules, "trustfoundry", "stacks", "partners", name);

function hostOf(name: string): HostProfile {
  const { providers } = completeSections(templateOf(name), sampleOf(templateOf(name), "infrastructure")).sections as {
    providers: { hosts: HostProfile[] }[];
  };
  return { ...providers[0]!.hosts[0]!, teeEnabled: true };
}

function placeOf(name: string): Place {
  return { directory, project: join(directory, name), nodeModules: installed.nodeModules, ...inject("toolchain") };
}

interface Prompts {
  readonly template: { readonly config: Readonly<Record<string, { description: string; default?: string }>> };
}
const read = (file: string) => parse(readFileSync(file, "utf8")) as unknown;
const answersIn = (project: string) =>
  (read(join(project, "Pulumi.dev.yaml")) as { config: Readonly<Record<string, unknown>> }).config;

/** Stand-in charts instead of registries, as a person would write it into the stack's file. */
function goOffline(project: string): void {
  const file = join(project, "Pulumi.dev.yaml");
  const settings = read(file) as { config: Record<string, unknown> };
  const { sections } = completeSections(project, sampleOf(project, "infrastructure"));
  for (const [key, value] of Object.entries(offline({ sections }).sections))
    settings.config[`trustfoundry:${key}`] = value;
  writeFileSync(file, stringify(settings));
}

describe.each(templates)("pulumi new on the template %s", (name) => {
  const place = () => placeOf(name);

  it("makes a project of it, by --generate-only", async () => {
    const only = { ...place(), project: join(directory, `${name}-only`) };
    const { exitCode, all } = await pulumiNew(only, templateOf(name), ["--generate-only"]);
    expect(all).toContain("Your new project is ready to go!");
    expect(exitCode).toBe(0);
    const made = readdirSync(only.project, { recursive: true, encoding: "utf8" });
    for (const file of made.filter((each) => /\.(ya?ml|json|ts|md)$/.test(each)))
      expect(readFileSync(join(only.project, file), "utf8"), file).not.toContain("${");
    expect(read(join(only.project, "Pulumi.yaml"))).toMatchObject({ name: "my-factory", main: "index.ts" });
  });

  it("asks few things, and keeps the answers as the sample has them", async () => {
    const { exitCode, all } = await pulumiNew(place(), templateOf(name), ["--stack", "dev"]);
    expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
    const { template } = read(join(templateOf(name), "Pulumi.yaml")) as Prompts;
    expect(Object.keys(template.config).length).toBeLessThanOrEqual(8);
    const answers = answersIn(place().project);
    for (const [key, { default: answer }] of Object.entries(template.config)) expect(answers[key], key).toBe(answer);
    const role = String(answers["trustfoundry:role"] ?? "infrastructure");
    const sample = read(join(templateOf(name), `Pulumi.sample-${role}.yaml`)) as { config: object };
    expect(sample.config).toMatchObject(answers);
  });
});

describe.each(withoutExtraKinds)("the project of the template %s", (name) => {
  it("previews, and the strict pack of the package refuses nothing", async () => {
    const { project } = placeOf(name);
    goOffline(project);
    const pack = join(project, "node_modules/trustfoundry/policies/packs/strict");
    const { exitCode, all } = await pulumiIn(
      placeOf(name),
      ["preview", "--policy-pack", pack],
      cluster.kubeconfig(context),
    );
    expect(all).toMatch(/✅ trustfoundry-strict|trustfoundry-strict@/);
    expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
  });
});

describe("wrong answers", () => {
  const refused = async (answers: Readonly<Record<string, string>>) => {
    const place = {
      ...placeOf("generic"),
      project: join(directory, `wrong-${Object.values(answers).join("-").replace(/\W/g, "")}`),
    };
    const given = Object.entries(answers).flatMap(([key, value]) => ["-c", `trustfoundry:${key}=${value}`]);
    const { exitCode } = await pulumiNew(place, templateOf("generic"), ["--stack", "dev", ...given]);
    expect(exitCode).toBe(0);
    goOffline(place.project);
    const { exitCode: after, all } = await pulumiIn(place, ["preview"], cluster.kubeconfig(context));
    expect(after).not.toBe(0);
    expect(all).not.toMatch(/\n\s+at .*:\d+:\d+/);
    return all;
  };

  it("are refused by their paths, all at once: a CPU that is none, a name with a blank, GPUs that are not validated", async () => {
    const host = "providers[0].hosts[0]";
    const all = await refused({ [`${host}.cpu`]: "Pentium", [`${host}.name`]: "gpu a", [`${host}.gpu.model`]: "H300" });
    expect(all).toContain(`trustfoundry:${host}.cpu: "Pentium" is not known; write `);
    expect(all).toContain(`trustfoundry:${host}.name: "gpu a" is not right; write lower-case letters`);
    expect(all).toContain(`trustfoundry:${host}.gpu.model: "H300" is not known; write `);
  });
});

describe("the commands of a generated project", () => {
  it("are run by npm, and find the project's own digests", async () => {
    const { project } = placeOf("generic");
    const { all, exitCode } = await pulumiIn(placeOf("generic"), [], undefined, [
      "npm",
      "run",
      "catalog",
      "--",
      "check",
    ]);
    expect(exitCode).toBe(1);
    expect(all).toMatch(/charts\/kata-deploy@4\.0\.0: not locked/);
    expect(existsSync(join(project, "catalog.lock"))).toBe(false);
  });

  it("plan without a network, by presets and answers", async () => {
    const { all, exitCode } = await pulumiIn(placeOf("generic"), [], undefined, [
      ...["npm", "run", "--silent", "trustfoundry", "--", "plan", "--offline", "--pack", "strict", "Pulumi.dev.yaml"],
    ]);
    expect(all).toMatch(/✓ \d+ resources, and the pack strict refuses none/);
    expect(exitCode).toBe(0);
  });
});
