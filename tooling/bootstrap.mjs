// Entry of every `npm run` command: makes sure that this checkout's packages are installed, then runs a TypeScript
// program. It imports nothing that would have to be installed first.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { fail, requireNode, start } from "./bin/start.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

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

requireNode();
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
start(program, args);
