import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseTrustSecrets } from "../../../stacks/config/secrets";
import { main } from "../../../stacks/program";
import { YamlLines, keysOf, settingOf } from "../../../tooling/review/locations";
import { lookAtManifests } from "../../../tooling/review/manifests";
import { placeholderCa, placeholderSecrets } from "../../../tooling/review/placeholders";
import { changedParts, openSide, quietEnvironment } from "../../../tooling/review/side";
import { readStackFile, stackNames } from "../../../tooling/review/stackFiles";
import { review } from "../../../tooling/review/review";
import { text } from "./support";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "review-inputs-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const put = (name: string, content: string) => writeFileSync(join(root, name), content);

describe("a stack's file", () => {
  it("gives way where it is encrypted, at the top and within", () => {
    put(
      "Pulumi.prod.yaml",
      `config:
  trustfoundry:role: trust
  trustfoundry:trustSecrets: { secure: v1:abc }
  trustfoundry:attestation: { keyStore: { url: { secure: v1:def } } }
  trustfoundry:exceptions: [{ until: 2026-12-31 }]
  aws:region: eu-central-1
`,
    );
    const file = readStackFile(root, "prod", "head");
    expect(file?.unseen).toEqual(["trustfoundry:attestation.keyStore.url", "trustfoundry:trustSecrets"]);
    expect(file?.sections).toEqual({
      role: "trust",
      attestation: { keyStore: { url: "not-seen-in-a-review" } },
      exceptions: [{ until: "2026-12-31T00:00:00.000Z" }],
    });
  });

  it("means what it means to the engine, by whatever name a setting is written", () => {
    put(
      "Pulumi.prod.yaml",
      'config:\n  trustfoundry:role: trust\n  trustfoundry:config:admission: "off"\n  exceptions: []\n',
    );
    expect(readStackFile(root, "prod", "head")?.sections).toEqual({ role: "trust", admission: "off", exceptions: [] });
    put("Pulumi.two.yaml", 'config:\n  admission: "off"\n  trustfoundry:admission: strict\n');
    expect(() => readStackFile(root, "two", "head")).toThrow(
      "Pulumi.two.yaml of head has `admission` and `trustfoundry:admission`, one setting by two names; keep one.",
    );
  });

  it("is not the whole of it where settings come from elsewhere", () => {
    put("Pulumi.prod.yaml", "environment: [shared]\nconfig:\n  trustfoundry:role: trust\n");
    expect(readStackFile(root, "prod", "head")?.unseen).toEqual(["environment (settings that Pulumi's service adds)"]);
    for (const [key, value] of [
      ["config", "{ trustfoundry:admission: { default: off } }"],
      ["stackConfigDir", "elsewhere"],
    ]) {
      put("Pulumi.yaml", `name: trustfoundry\n${key}: ${value}\n`);
      expect(() => readStackFile(root, "prod", "head")).toThrow(
        `Pulumi.yaml of head has \`${key}\`, so its stacks have`,
      );
    }
  });

  it("is found by its name, and refused in one sentence where it is none", () => {
    put("Pulumi.yaml", "name: x");
    put("Pulumi.b.yaml", "config: [");
    put("Pulumi.a.yaml", "config: {}");
    put("Pulumi.c.yaml", "other: {}");
    expect(stackNames(root)).toEqual(["a", "b", "c"]);
    expect(() => readStackFile(root, "b", "head")).toThrow(/^Pulumi\.b\.yaml of head is not valid YAML: /);
    expect(() => readStackFile(root, "c", "base")).toThrow("Pulumi.c.yaml of base has no `config:` section; add one.");
    expect(readStackFile(root, "d", "base")).toBeUndefined();
  });
});

describe("what decides about a review", () => {
  it("is also which program the engine runs, and by which commands", () => {
    for (const side of ["base", "head"]) {
      mkdirSync(join(root, side));
      put(`${side}/Pulumi.yaml`, `main: ${side}/index.ts`);
      put(`${side}/package.json`, "{}");
    }
    expect(changedParts(join(root, "base"), join(root, "head"))).toEqual(["Pulumi.yaml"]);
  });
});

describe("lines", () => {
  const lines = new YamlLines("Pulumi.prod.yaml", text);

  it.each([
    ["trustfoundry:models[0].cpus: 0 is not right", 5, true],
    ["trustfoundry:models[0].gpu.count: missing", 4, false],
    ["trustfoundry:role: unknown", 2, true],
    ["trustfoundry:exceptions[0].until: has expired", 11, true],
  ])("of %s", (refusal, line, exact) => {
    expect(lines.at(settingOf(refusal) ?? [])).toEqual({ file: "Pulumi.prod.yaml", line, exact });
  });

  it("of a resource are those of the entry that it is called after, or near the first", () => {
    expect(lines.entryOf("llama-8b-model")).toMatchObject({ line: 4, exact: true });
    expect(lines.entryOf("node-mode-llama-8b")).toMatchObject({ line: 4, exact: true });
    expect(lines.entryOf("llama-8bx")).toMatchObject({ line: 1, exact: false });
    expect(lines.entryOf("tenant", "rehearsal/llama-8b/workloads")).toMatchObject({ line: 4, exact: false });
    expect(settingOf("the disk is full")).toBeUndefined();
  });

  it("follow the paths that rules write", () => {
    expect(keysOf('metadata.annotations["a.b/c"]#data.x')).toEqual(["metadata", "annotations", "a.b/c"]);
    expect(keysOf("spec.containers[0].image")).toEqual(["spec", "containers", 0, "image"]);
  });
});

const pod = (image: string) => `apiVersion: v1
kind: Pod
metadata: { name: p, namespace: n, labels: { trustfoundry.dev/confidential: "true" } }
spec:
  containers:
    - image: ${image}
      name: c
`;

describe("manifests", () => {
  it("are judged by the same rules, with the place of each object", () => {
    put("a.yaml", `---\n# nothing\n---\n${pod("x:1")}`);
    put("b.yaml", `apiVersion: v1\nkind: List\nitems:\n  - ${pod("y:1").replaceAll("\n", "\n    ").trimEnd()}\n`);
    const { objects, violations, refusals } = lookAtManifests(root, ["."], "strict");
    expect(refusals).toEqual([]);
    expect(objects.map(({ file, document, at, type }) => [file, document, at, type])).toEqual([
      ["a.yaml", 1, [], "kubernetes:core/v1:Pod"],
      ["b.yaml", 0, ["items", 0], "kubernetes:core/v1:Pod"],
    ]);
    const byDigest = violations.filter(({ rule }) => rule === "images-by-digest");
    expect(byDigest.map(({ file, path }) => [file, path])).toEqual([
      ["a.yaml", "spec.containers[0].image"],
      ["b.yaml", "spec.containers[0].image"],
    ]);
  });

  it("say where they cannot be read, and are read on", () => {
    put("a.yaml", `kind: Pod\n---\n${pod("x:1")}---\nb: [\n`);
    const { objects, refusals } = lookAtManifests(root, ["a.yaml"], "baseline");
    expect(objects).toHaveLength(1);
    expect(refusals).toMatchObject([
      { file: "a.yaml", line: 1, problem: expect.stringContaining("is no object") as string },
      { file: "a.yaml", problem: expect.stringContaining("is not valid YAML") as string },
    ]);
  });

  it("lie within the project", () => {
    mkdirSync(join(root, "project"));
    put("outside.yaml", pod("x:1"));
    symlinkSync(join(root, "outside.yaml"), join(root, "project", "link.yaml"));
    const project = join(root, "project");
    expect(() => lookAtManifests(project, ["../outside.yaml"], "baseline")).toThrow(/lies outside of the project/);
    expect(() => lookAtManifests(project, ["link.yaml"], "baseline")).toThrow(/lies outside of the project/);
    expect(lookAtManifests(project, ["."], "baseline").objects).toEqual([]);
  });

  it("may be missing on one side", () => expect(lookAtManifests(root, ["none"], "baseline").objects).toEqual([]));
});

describe("bad input", () => {
  const args = {
    stacks: [],
    manifests: [],
    pack: "baseline",
    today: "2026-11-26",
    engine: { pulumiRoot: "", binDir: "" },
  };

  it("is refused in one sentence", async () => {
    await execa("git", ["init", "--quiet"], { cwd: root });
    const run = (changes: object) => review({ ...args, repository: root, base: "main", ...changes });
    await expect(run({})).rejects.toThrow(`--base main is neither a folder nor a commit of ${root}.`);
    await expect(run({ base: "--upload-pack=x" })).rejects.toThrow(/^--base --upload-pack=x is neither/);
    await expect(run({ base: "." })).rejects.toThrow(/is no Trustfoundry project: it has no Pulumi\.yaml\.$/);
    await expect(run({ pack: "all" })).rejects.toThrow("--pack all is no pack; write one of baseline, strict, audit");
    await expect(run({ today: "tomorrow" })).rejects.toThrow("--today tomorrow is no day; write YYYY-MM-DD.");
    await expect(openSide(root, undefined, "head")).rejects.toThrow(/^--head: .* is no Trustfoundry project/);
  });

  it("is nothing to look at: that must not pass as nothing weaker", async () => {
    mkdirSync(join(root, "stacks"));
    for (const file of ["Pulumi.yaml", "package-lock.json", "stacks/program.ts"]) put(file, "");
    const run = (changes: object) => review({ ...args, repository: root, base: ".", ...changes });
    await expect(run({})).rejects.toThrow("There is nothing to review");
    await expect(run({ manifests: ["deploy"] })).rejects.toThrow("--manifests deploy: neither base nor head has it.");
  });
});

describe("code of base and head", () => {
  it("is given nothing of the environment that opens anything", () => {
    const secrets = {
      GITHUB_TOKEN: "t",
      AWS_SECRET_ACCESS_KEY: "k",
      KUBECONFIG: "/k",
      NODE_AUTH_TOKEN: "n",
      PULUMI_ACCESS_TOKEN: "p",
      NODE_OPTIONS: "o",
    };
    expect(quietEnvironment({ PATH: "/bin", HTTPS_PROXY: "http://p", ...secrets })).toEqual({
      PATH: "/bin",
      HTTPS_PROXY: "http://p",
    });
  });

  it("never gets placeholders for secrets outside of a preview", async () => {
    const dryRun = vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(false);
    const environment = { kubeconfigs: [], review: { trustSecrets: placeholderSecrets } };
    await expect(main(environment)).rejects.toThrow(/A review previews and changes nothing/);
    dryRun.mockRestore();
  });

  it("would refuse those placeholders anywhere else", () => {
    const context = {
      wantedKeys: ["a/b/c"],
      dnsName: "kbs.example.org",
      caCertificate: placeholderCa,
      simulated: true,
      wantedCredentials: [],
    };
    expect(() => parseTrustSecrets(placeholderSecrets(context), context)).toThrow(/tls: .*certificate/);
  });
});
