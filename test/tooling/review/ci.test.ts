import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { marker } from "../../../tooling/review/markdown";
import { root } from "../../support/factory";

interface Workflow {
  readonly on: unknown;
  readonly permissions: object;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions: Readonly<Record<string, string>>;
        readonly steps: readonly {
          readonly uses?: string;
          readonly run?: string;
          readonly env?: Readonly<Record<string, string>>;
        }[];
      }
    >
  >;
}

const read = (name: string) => readFileSync(join(root, "docs/ci", name), "utf8");
const workflow = (name: string) => parse(read(name)) as Workflow;
const [review, comment] = [workflow("github-review.yml"), workflow("github-review-comment.yml")];
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);

describe("the workflow that runs a pull request's code", () => {
  it("has a token that can read the code, and nothing else", () => {
    expect(review.on).toBe("pull_request");
    expect(review.permissions).toEqual({});
    expect(Object.values(review.jobs).map(({ permissions }) => permissions)).toEqual([{ contents: "read" }]);
    const code = read("github-review.yml").replaceAll(/^\s*#.*$/gm, "");
    expect(code).not.toMatch(/secrets\.|pull_request_target|github\.token/);
    expect(code).toContain("persist-credentials: false");
  });
});

describe("the workflow that writes the comment", () => {
  it("runs no code and may write nothing but comments", () => {
    expect(comment.permissions).toEqual({});
    expect(Object.values(comment.jobs).map(({ permissions }) => permissions)).toEqual([
      { actions: "read", "pull-requests": "write" },
    ]);
    expect(stepsOf(comment).filter(({ uses }) => uses !== undefined)).toEqual([]);
    expect(
      stepsOf(comment)
        .map(({ run }) => run ?? "")
        .join("\n"),
    ).not.toMatch(/npm|npx|node |git (clone|checkout|fetch)/);
  });

  it("finds the comment by the marker that the review writes", () => {
    expect(stepsOf(comment).map(({ env }) => env?.MARKER)).toEqual([marker]);
  });
});

describe("both workflows", () => {
  it("name actions by commit", () => {
    const actions = [review, comment].flatMap(stepsOf).flatMap(({ uses }) => uses ?? []);
    expect(actions.length).toBeGreaterThan(1);
    expect(actions.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
  });

  it("never put what somebody else chose into a script's text", () => {
    const scripts = [review, comment].flatMap(stepsOf).flatMap(({ run }) => run ?? []);
    expect(scripts.length).toBeGreaterThan(1);
    expect(scripts.filter((script) => script.includes("${{"))).toEqual([]);
  });
});

describe("the job of GitLab", () => {
  it("runs for merge requests, keeps JUnit and Markdown, and lets a mere weakening pass", () => {
    const { "trustfoundry-review": job } = parse(read("gitlab-review.yml")) as Record<string, Record<string, unknown>>;
    expect(job).toMatchObject({
      rules: [{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }],
      allow_failure: { exit_codes: [3] },
      artifacts: { reports: { junit: "review/review.xml" } },
    });
  });
});
