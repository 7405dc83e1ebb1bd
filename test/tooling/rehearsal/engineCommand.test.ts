import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as automation from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quietCommand } from "../../../tooling/rehearsal/engineCommand";
import type { EngineEvent } from "../../../tooling/rehearsal/engineEvents";

// A program in the engine's place, run for real, that notes what it was given and does as its stack's name says.

interface Running {
  readonly run: (
    args: string[],
    cwd: string,
    environment: Record<string, string>,
    onOutput?: unknown,
    onError?: unknown,
    signal?: AbortSignal,
  ) => Promise<{ stdout: string; stderr: string; code: number }>;
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "engine-command-"));
  mkdirSync(join(directory, "bin"));
  writeFileSync(
    join(directory, "bin/pulumi"),
    `#!/bin/sh
printf '%s\\n' "$@" > "$NOTES"
printf '%s %s %s' "$GOGC" "$PULUMI_AUTOMATION_API" "$SECRET_OF_THE_RUN" >> "$NOTES"
echo '{"sequence":1,"timestamp":2,"resourcePreEvent":{"metadata":{"op":"create","urn":"urn:a::b::c::d","type":"c"}}}'
echo '{"sequence":2,"timestamp":2,"summaryEvent":{"resourceChanges":{"create":1}}}'
case "$*" in
  *fails*) echo 'error: the stack is currently locked' >&2; exit 255;;
  *killed*) kill -9 $$;;
  *waits*) trap 'echo "error: update cancelled" >&2; exit 1' INT; echo ready > "$NOTES.ready"; while :; do sleep 0.05; done;;
esac
`,
    { mode: 0o755 },
  );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function command() {
  const events: EngineEvent[] = [];
  const passed: string[][] = [];
  const inner = {
    command: join(directory, "bin/pulumi"),
    version: null,
    run: (args: string[]) => {
      passed.push(args);
      return Promise.resolve({ stdout: "passed on", stderr: "", code: 0 });
    },
  };
  const quiet = quietCommand(inner as unknown as automation.PulumiCommand, (event) => events.push(event));
  const notes = join(directory, `notes-${Math.random()}`);
  const run = (args: string[], signal?: AbortSignal) =>
    (quiet as unknown as Running).run(
      args,
      directory,
      { NOTES: notes, SECRET_OF_THE_RUN: "s" },
      undefined,
      undefined,
      signal,
    );
  return { events, passed, run, notes, noted: () => readFileSync(notes, "utf8").split("\n") };
}

describe("the engine's command", () => {
  it("has operations write events, and tells of them", async () => {
    const { run, events, noted } = command();
    expect(await run(["up", "--yes", "--stack", "a"])).toEqual({ stdout: "", stderr: "", code: 0 });
    expect(events).toMatchObject([
      { step: { op: "create", urn: "urn:a::b::c::d" } },
      { summaryEvent: { resourceChanges: { create: 1 } } },
    ]);
    expect(noted()).toEqual(["up", "--yes", "--stack", "a", "--json", "--non-interactive", "50 true s"]);
  });

  it("passes everything else on as it is", async () => {
    const { run, passed } = command();
    expect(await run(["stack", "output", "--json"])).toMatchObject({ stdout: "passed on" });
    expect(passed).toEqual([["stack", "output", "--json"]]);
  });

  it("fails with what the engine says of it", async () => {
    const { run } = command();
    await expect(run(["up", "--stack", "fails"])).rejects.toThrow(
      /^pulumi up ended with 255\nerror: the stack is currently locked\n$/,
    );
    await expect(run(["destroy", "--stack", "killed"])).rejects.toThrow("pulumi destroy was killed with SIGKILL");
  });

  it("says so where there is no engine", async () => {
    const quiet = quietCommand({ command: join(directory, "none") } as automation.PulumiCommand, () => undefined);
    const { run } = quiet as unknown as Running;
    await expect(run(["up"], directory, {})).rejects.toThrow(/pulumi up .*ENOENT/);
  });

  it("interrupts the engine once, and waits for its end", async () => {
    const { run, notes } = command();
    const controller = new AbortController();
    const running = run(["up", "--stack", "waits"], controller.signal);
    await expect.poll(() => readFileSync(`${notes}.ready`, "utf8"), { timeout: 20_000 }).toBe("ready\n");
    controller.abort();
    await expect(running).rejects.toThrow("error: update cancelled");
  });
});
