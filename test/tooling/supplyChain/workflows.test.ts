import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "../../support/factory";

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly environment?: string;
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: Record<string, unknown> }[];
}
interface Workflow {
  readonly on: unknown;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = join(root, ".github/workflows");
const files = readdirSync(folder);
const textOf = (file: string) => readFileSync(join(folder, file), "utf8");
const read = (file: string) => parse(textOf(file)) as Workflow;

/** As few as serve; the same commits as in docs/ci, so that one review of an action counts for all. */
const knownActions = ["actions/checkout", "actions/setup-node"];

describe.each(files)("the workflow %s", (file) => {
  const { on, permissions, jobs } = read(file);
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  it("uses known actions alone, each by its commit, the same everywhere", () => {
    const elsewhere = readFileSync(join(root, "docs/ci/github-review.yml"), "utf8");
    for (const { uses } of steps) {
      if (uses === undefined) continue;
      const [, action = "", commit = ""] = /^([\w-]+\/[\w-]+)@([0-9a-f]{40})$/.exec(uses) ?? [];
      expect(knownActions, uses).toContain(action);
      expect(elsewhere).toContain(`${action}@${commit} # v`);
    }
  });

  it("gives no token more than a job needs, and reads no secret", () => {
    expect(permissions).toEqual({});
    for (const job of Object.values(jobs)) expect(job.permissions).toMatchObject({ contents: "read" });
    expect(textOf(file)).not.toMatch(/secrets\.|pull_request_target|workflow_run/);
    for (const { uses, with: settings } of steps)
      if (uses?.startsWith("actions/checkout@")) expect(settings).toMatchObject({ "persist-credentials": false });
  });

  it("keeps nothing between runs, where another one could have put something", () => {
    expect(textOf(file)).not.toMatch(/actions\/cache/);
    for (const { uses, with: settings } of steps)
      if (uses?.startsWith("actions/setup-node@")) expect(settings).toMatchObject({ "package-manager-cache": false });
  });

  it("writes no expression into a script, where a name could end it", () => {
    for (const { run = "" } of steps) expect(run).not.toContain("${{");
    expect(on).toBeDefined();
  });
});

describe("a release", () => {
  const { jobs, on } = read("release.yml");

  it("begins with a tag and nothing else", () => expect(on).toEqual({ push: { tags: ["v*"] } }));

  it("is published by a job that runs no code but npm's, after the checks and a person's word", () => {
    const { publish, check } = jobs;
    expect(publish?.needs).toBe("check");
    expect(publish?.environment).toBe("npm");
    expect(publish?.permissions).toEqual({ contents: "read", "id-token": "write" });
    expect(publish?.steps.flatMap(({ run }) => run ?? [])).toEqual([
      "npm publish --provenance --access public --ignore-scripts",
    ]);
    expect(check?.permissions).toEqual({ contents: "read" });
  });

  it("passes everything that a change has to pass, an audit and a signed tag", () => {
    const runs = jobs.check?.steps.flatMap(({ run }) => run ?? []) ?? [];
    expect(runs).toEqual(expect.arrayContaining([".ci/run", "npm run audit"]));
    expect(runs.join("\n")).toContain("verify-tag");
    // Never the tagged commit's own list, which whoever tags it could have chosen.
    expect(runs.join("\n")).not.toContain("allowedSignersFile=.github");
  });
});
