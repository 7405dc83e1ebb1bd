import { execFileSync } from "node:child_process";
import { closeSync, cpSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Disturbed } from "./disturb";
import type { Ran, Task } from "./round";
import { run } from "./round";
import type { World } from "./world";

/** Whether this process may mount a small filesystem of its own; asked by doing so. */
export function noMounts(scratch: string): string | undefined {
  if (process.platform !== "linux") return "only Linux mounts a tmpfs";
  try {
    mount(scratch);
    unmount(scratch);
    return undefined;
  } catch {
    return "mounting a small filesystem needs root";
  }
}

/** A filesystem for a stack's states alone that runs full, and one that may not be written to. */
export function diskFaults(scratch: string): Disturbed[] {
  const skip = () => noMounts(scratch);
  return [
    {
      name: "the disk of the stack's state is full",
      group: "disk",
      message: /disk .*full|[Ff]ree some space/s,
      skip,
      live: (world, task) =>
        onSmallDisk(world, task, (directory) => {
          const filler = join(directory, "filler");
          fill(filler);
          return () => rmSync(filler);
        }),
    },
    {
      name: "the disk of the stack's state is read-only",
      group: "disk",
      message: /read-only|cannot be written/,
      skip,
      live: (world, task) =>
        onSmallDisk(world, task, (directory) => {
          execFileSync("mount", ["-o", "remount,ro", directory], { stdio: "pipe" });
          return () => void execFileSync("mount", ["-o", "remount,rw", directory], { stdio: "pipe" });
        }),
    },
  ];
}

/** Puts the stack's state on a disk of its own, spoils that, runs, and takes everything back. */
async function onSmallDisk(world: World, task: Task, spoil: (directory: string) => () => void): Promise<Ran> {
  const directory = join(world.stackDirectory(task.kind), "state");
  const kept = world.scratch(`state-${task.kind}`);
  cpSync(directory, kept, { recursive: true });
  mount(directory);
  try {
    cpSync(kept, directory, { recursive: true });
    const mend = spoil(directory);
    const ran = await run(world, task);
    mend();
    rmSync(kept, { recursive: true });
    cpSync(directory, kept, { recursive: true });
    return ran;
  } finally {
    unmount(directory);
    rmSync(directory, { recursive: true, force: true });
    cpSync(kept, directory, { recursive: true });
    rmSync(kept, { recursive: true });
  }
}

function mount(directory: string): void {
  mkdirSync(directory, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", directory], { stdio: "pipe" });
}

function unmount(directory: string): void {
  // Lazily: a process that was killed may hold a file of it for a moment more.
  execFileSync("umount", ["-l", directory], { stdio: "pipe" });
}

/** Writes until there is no room for another page. */
function fill(path: string): void {
  const file = openSync(path, "w");
  try {
    for (let size = 1 << 20; size >= 512;)
      try {
        writeSync(file, Buffer.alloc(size));
      } catch {
        size >>= 1;
      }
  } finally {
    closeSync(file);
  }
}
