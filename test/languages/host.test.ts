import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { identify, isAlive } from "../../tooling/controlplane/processes";
import { poll } from "../../tooling/controlplane/api";
import { root } from "../support/factory";

it("ends when the process that started it is gone", async () => {
  // As an engine that is killed: it starts the plugin, reads its port, and says no more.
  const script = `"${join(root, "languages/bin/pulumi-resource-trustfoundry")}" 127.0.0.1:1 >"$OUT" & echo $!; until [ -s "$OUT" ]; do sleep 0.2; done`;
  const { stdout } = await execa("sh", ["-c", script], {
    env: { OUT: join(process.env.TMPDIR ?? "/tmp", `plugin-port-${process.pid}`) },
    stderr: "ignore",
  });
  const plugin = identify(Number(stdout.trim()));
  const gone = await poll(() => Promise.resolve(!plugin || !isAlive(plugin) ? true : undefined), {
    timeoutMilliseconds: 60_000,
  });
  expect(gone).toBe(true);
}, 180_000);
