import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportCommand } from "../../../tooling/rehearsal/reportCommand";
import { serveGuest } from "../../../tooling/rehearsal/verdictServe";
import { sampleRelease } from "../../support/release";
import { bothSign, signedText } from "../../support/signing";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "rehearsal-mistakes-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe("mistakes at a rehearsal's commands", () => {
  it("a port that is taken is said so, and nothing is written", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const listen = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    const release = sampleRelease();
    const out = join(directory, "guest");
    const { signal } = new AbortController();
    const serving = serveGuest({ release, text: await signedText(release), signers: bothSign, listen, out, signal });
    await expect(serving).rejects.toThrow(`Nothing can listen at ${listen} (EADDRINUSE); name another port.`);
    expect(existsSync(out)).toBe(false);
    taken.close();
  });

  it.each(["tomorrow", "2026-02-30"])("a report is not compared with %s", async (day) => {
    const command = new Command().option("--name <name>", "", "no-such-rehearsal").exitOverride();
    reportCommand(command);
    await expect(command.parseAsync(["--date", day], { from: "user" })).rejects.toThrow(
      `--date ${day} is no day; write YYYY-MM-DD.`,
    );
  });
});
