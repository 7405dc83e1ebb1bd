import { spawn } from "node:child_process";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { withLock } from "../../../tooling/toolchain/lock";
import { root } from "../../support/factory";
import { useDirectory, write } from "./support";

vi.setConfig({ testTimeout: 60_000 });

const directory = useDirectory();

/** What proper-lockfile takes as the shortest. */
const staleMilliseconds = 2_000;

/** A promise and what fulfils it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = () => undefined as void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Takes the lock; what comes back gives it up again. */
async function hold(place: string, patience = staleMilliseconds): Promise<() => Promise<void>> {
  const [held, released] = [gate(), gate()];
  const holder = withLock(place, { onWait: () => undefined, staleMilliseconds: patience }, () => {
    held.open();
    return released.opened;
  });
  await held.opened;
  return () => {
    released.open();
    return holder;
  };
}

describe("the lock", () => {
  it("lets one in at a time; the other is told, once, and comes after", async () => {
    const { opened, open } = gate();
    const events: string[] = [];
    const first = withLock(directory(), { onWait: () => events.push("first waits") }, async () => {
      events.push("first in");
      await opened;
      events.push("first out");
      return 1;
    });
    const { opened: waiting, open: waits } = gate();
    await vi.waitFor(() => expect(events).toEqual(["first in"]));
    const onWait = () => {
      events.push("second waits");
      waits();
    };
    const second = withLock(directory(), { onWait }, () => {
      events.push("second in");
      return Promise.resolve(2);
    });
    await waiting;
    await turn();
    open();
    expect(await Promise.all([first, second])).toEqual([1, 2]);
    expect(events).toEqual(["first in", "second waits", "first out", "second in"]);
  });

  it("does not hold up work in another directory", async () => {
    const giveUp = await hold(join(directory(), "a"));
    const never = () => expect.unreachable("nobody holds this lock");
    await withLock(join(directory(), "b"), { onWait: never }, () => Promise.resolve());
    await giveUp();
  });

  it("is given back after a failure", async () => {
    const never = () => expect.unreachable("nobody holds this lock");
    const failing = withLock(directory(), { onWait: never }, () => Promise.reject(new Error("no luck")));
    await expect(failing).rejects.toThrow("no luck");
    expect(await withLock(directory(), { onWait: never }, () => Promise.resolve("in"))).toBe("in");
  });

  it("is no longer waited for once interrupted", async () => {
    const giveUp = await hold(directory());
    const controller = new AbortController();
    const action = vi.fn(() => Promise.resolve());
    const waiting = withLock(
      directory(),
      { onWait: () => controller.abort(new Error("interrupted")), signal: controller.signal },
      action,
    );
    await expect(waiting).rejects.toThrow();
    await giveUp();
    expect(action).not.toHaveBeenCalled();
  });

  it("is not asked for when interrupted before", async () => {
    const action = vi.fn(() => Promise.resolve());
    const signal = AbortSignal.abort(new Error("interrupted"));
    await expect(withLock(directory(), { onWait: () => undefined, signal }, action)).rejects.toThrow("interrupted");
    expect(action).not.toHaveBeenCalled();
  });

  it("of a process that was killed expires", async () => {
    const program = write(
      join(directory(), "holder.ts"),
      `import { withLock } from ${JSON.stringify(join(root, "tooling/toolchain/lock"))};
       void withLock(process.argv[2], { onWait: () => undefined, staleMilliseconds: ${staleMilliseconds} }, async () => {
         console.log("held");
         await new Promise((resolve) => setTimeout(resolve, 1_000_000));
       });`,
    );
    const place = join(directory(), "place");
    const holder = spawn(process.execPath, ["--import", "tsx", program, place], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((resolve) => holder.stdout.once("data", () => resolve()));
    const ended = new Promise((resolve) => holder.once("close", resolve));
    holder.kill("SIGKILL");
    await ended;
    const onWait = vi.fn();
    expect(await withLock(place, { onWait, staleMilliseconds }, () => Promise.resolve("in"))).toBe("in");
    expect(onWait).toHaveBeenCalledOnce();
  });

  it("of a process that lives does not expire, however long it works", async () => {
    const patience = 2 * staleMilliseconds;
    const giveUp = await hold(directory(), patience);
    const controller = new AbortController();
    const action = vi.fn(() => Promise.resolve());
    const waiting = withLock(
      directory(),
      // Long enough for a lock that is not kept alive to be taken over.
      {
        onWait: () => setTimeout(() => controller.abort(), 1.5 * patience),
        staleMilliseconds: patience,
        signal: controller.signal,
      },
      action,
    );
    await expect(waiting).rejects.toThrow();
    expect(action).not.toHaveBeenCalled();
    await giveUp();
  });
});
