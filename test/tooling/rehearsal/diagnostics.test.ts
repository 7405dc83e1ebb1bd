import { describe, expect, it } from "vitest";
import { failureMessage, warningText } from "../../../tooling/rehearsal/diagnostics";

const failure = { operation: "up", stackName: "trust", violations: [], errors: [], error: new Error("code: 255") };

describe("what a user is told about a failed operation", () => {
  it("names rule, resource and the rule's own message, and nothing of the engine's noise", () => {
    const message = failureMessage({
      ...failure,
      operation: "preview",
      violations: [
        {
          policy: "image-by-digest",
          resource: "urn:pulumi:trust::trustfoundry::a:b:C$kubernetes:apps/v1:Deployment::llama-8b",
          message: "spec.image is not pinned.\nWrite a digest.",
        },
      ],
      errors: ["preview failed"],
    });
    expect(message).toContain("refused by 1 policy rule; nothing was applied");
    expect(message).toContain("image-by-digest · kubernetes:apps/v1:Deployment llama-8b");
    expect(message).toContain("Write a digest.");
    expect(message).not.toContain("code: 255");
  });

  it.each([
    ["a full disk", "write /x/y: no space left on device", /The disk is full/],
    ["an API server that is gone", "dial tcp 127.0.0.1:6443: connect: connection refused", /does not answer/],
    ["a disk that is read-only", "open /x/y: read-only file system", /Make it writable/],
    ["a lock", "error: the stack is currently locked by 1 lock(s)", /Another run holds/],
    ["a lease", "[409] Conflict: Another update is currently in progress.", /Another run holds/],
    [
      "a state service that is gone",
      'performing HTTP request: Patch "http://127.0.0.1:9/api/stacks/x": dial tcp 127.0.0.1:9: connect: connection refused',
      /keeps this stack's state was ended/,
    ],
    ["expired credentials", "the server has asked for the client to provide credentials", /refuses this stack's cred/],
    ["an overloaded server", "the server is currently unable to handle the request", /cannot serve just now/],
    ["an engine that was killed", "Command was killed with SIGKILL (Forced termination)", /ended from outside/],
    ["a plugin that was killed", "rpc error: code = Unavailable desc = error reading from server: EOF", /broke off/],
    ["an unfinished Helm step", "another operation (install/upgrade/rollback) is in progress", /rehearse -- repair/],
    ["two owners of a field", 'Apply failed with 1 conflict: conflict with "pulumi-kubernetes-8a": .data', /-- repair/],
    ["a wrong passphrase", "incorrect passphrase", /passphrase file does not fit/],
  ])("recognises %s", (_what, text, says) => {
    expect(failureMessage({ ...failure, errors: [text] })).toMatch(says);
  });

  it("takes the engine's own sentence, once, out of what the Automation API repeats", () => {
    const error = new Error(
      "code: -2\n stdout: \n stderr: Command failed with exit code 255: /x/pulumi preview\nerror: the policy pack does not load\n" +
        " err?: Error: Command failed with exit code 255\nerror: the policy pack does not load\n",
    );
    expect(failureMessage({ ...failure, error })).toBe("up of stack trust failed: the policy pack does not load");
  });

  it("hands on which process holds a journalled state", () => {
    const said = "the stack trust is locked: update by process 7 runs since 2026-11-27T11:22:50Z; wait for its end";
    const error = new Error(`code: -2\n stderr: Command failed with exit code 255\nerror: [409] ${said}\n err?:`);
    expect(failureMessage({ ...failure, error })).toBe(`up of stack trust failed: ${said}`);
  });

  it("shows an unknown error without the frames of a trace", () => {
    const message = failureMessage({
      ...failure,
      errors: ["Error: the chart has no such key\n    at Object.<anonymous> (/x/index.ts:1:2)\n    at run (/y.js:3:4)"],
    });
    expect(message).toContain("the chart has no such key");
    expect(message).not.toMatch(/index\.ts|at run/);
  });

  it("says of interrupted operations which command looks at them, in place of the engine's prompt", () => {
    const warning =
      "Attempting to deploy or update resources with 2 pending operations from previous deployment.\n  * urn";
    expect(warningText(warning)).toMatch(/2 resources.*`npm run rehearse -- repair`/);
    expect(warningText("something else")).toBe("something else");
  });
});
