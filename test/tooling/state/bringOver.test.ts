import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { automation } from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bringOver } from "../../../tooling/state/bringOver";

// With the real engine it is brought over in test/acceptance/state; here a script stands in for it, for what is refused.

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "bring-over-"));
  mkdirSync(join(directory, ".pulumi"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A stack whose engine exports a deployment, and keeps what it is given to import. */
function stackWith(deployment: object): automation.Stack {
  const command = join(directory, "pulumi");
  writeFileSync(join(directory, "exported"), JSON.stringify({ version: 3, deployment }));
  writeFileSync(
    command,
    `#!/bin/sh\nif [ "$2" = export ]; then cat "${directory}/exported"; else cat > "${directory}/imported"; fi\n`,
  );
  chmodSync(command, 0o700);
  const workspace = { workDir: directory, envVars: {}, pulumiCommand: { command } };
  return { name: "dev", workspace } as unknown as automation.Stack;
}

const over = (deployment: object) =>
  bringOver({ directory, stackName: "dev", select: () => Promise.resolve(stackWith(deployment)), to: {} });
const imported = () => existsSync(join(directory, "imported"));

describe("a state of the engine's file backend", () => {
  it("is handed over as the engine exports it", async () => {
    await over({ resources: [{ urn: "urn" }] });
    const { deployment } = JSON.parse(readFileSync(join(directory, "imported"), "utf8")) as { deployment: object };
    expect(deployment).toEqual({ resources: [{ urn: "urn" }] });
    expect(existsSync(join(directory, ".pulumi"))).toBe(false);
    expect(existsSync(join(directory, ".pulumi-before-journal"))).toBe(true);
  });

  it("stays where it is while operations are open, which an import would forget", async () => {
    await expect(over({ pending_operations: [{ type: "creating" }] })).rejects.toThrow(
      "The former state of dev has 1 operation that a killed run left open.",
    );
    expect(imported()).toBe(false);
    expect(existsSync(join(directory, ".pulumi"))).toBe(true);
  });

  it("stays where it is when the engine does not start, and the reason is told", async () => {
    const workspace = { workDir: directory, envVars: {}, pulumiCommand: { command: join(directory, "absent") } };
    const select = () => Promise.resolve({ name: "dev", workspace } as unknown as automation.Stack);
    const failure = await bringOver({ directory, stackName: "dev", select, to: {} }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      message: "The former state of dev cannot be brought over.",
      details: [/^Command failed with ENOENT: .*absent stack export/, /^spawn .*absent ENOENT$/].map(
        (line) => expect.stringMatching(line) as string,
      ),
    });
    expect(existsSync(join(directory, ".pulumi"))).toBe(true);
  });

  it("is not taken for the newer one where an older version has made another since", async () => {
    mkdirSync(join(directory, ".pulumi-before-journal"));
    await expect(over({})).rejects.toThrow("has worked on dev once more");
    expect(imported()).toBe(false);
  });
});
