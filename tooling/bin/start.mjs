// Starts a TypeScript program of this package by tsx. It imports nothing that would have to be installed first.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const oldestNode = [20, 19];

export function fail(message) {
  process.stderr.write(`\n✗ ${message}\n`);
  process.exit(1);
}

export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]))
    fail(
      `This is Node.js ${process.versions.node}; Trustfoundry needs ${oldestNode.join(".")} or newer: https://nodejs.org`,
    );
}

/** Runs a program, named by its place in the package, with these arguments; ends as it ends. */
export function start(program, args) {
  // Where npm has put it: beside this package's own dependencies, or beside the package in a generated project.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  // In a process group of its own, so that the terminal's Ctrl-C reaches this process alone and is passed on exactly once:
  // the engine takes a second one for "at once" and would leave its lock behind. Should this process be killed, the closed
  // channel tells the child.
  const child = spawn(process.execPath, ["--import", tsx, join(root, program), ...args], {
    detached: true,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(error.message));
  child.on("exit", (code, signal) => process.exit(signal ? 130 : (code ?? 1)));
}
