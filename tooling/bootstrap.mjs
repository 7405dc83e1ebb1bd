// Entry of every `npm run` command: makes sure that this checkout's packages are installed, then runs a TypeScript
// program. It imports nothing that would have to be installed first.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const oldestNode = [20, 19];

/** Whether exactly the packages of package-lock.json are installed, as npm itself notes them. */
function packagesInstalled() {
  const noted = join(root, "node_modules/.package-lock.json");
  if (!existsSync(noted)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(noted, "utf8")).packages;
  return Object.entries(wanted).every(
    // Optional packages are those of other systems.
    ([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
  );
}

function fail(message) {
  process.stderr.write(`\n✗ ${message}\n`);
  process.exit(1);
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]))
  fail(
    `This is Node.js ${process.versions.node}; Trustfoundry needs ${oldestNode.join(".")} or newer: https://nodejs.org`,
  );

if (!packagesInstalled()) {
  console.log("Installing the packages of package-lock.json (usually half a minute) …");
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = spawnSync("npm", args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (npm.status !== 0)
    fail(
      `The packages could not be installed; npm says why above.\n  → Mend it and run the command again, or run \`npm ${args.join(" ")}\` yourself.`,
    );
}

const [program, ...args] = process.argv.slice(2);
const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/loader.mjs")).href;
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
