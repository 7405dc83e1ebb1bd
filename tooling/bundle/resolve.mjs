// `node tooling/bundle/resolve.mjs [package-lock.json]`: says in a lock that says no addresses where npm's registry has each
// package. Without an address npm asks the registry for one, cache or not; with one it takes what its cache has of the
// digest. It imports nothing: at a site without a network it comes before everything that has to be installed.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.argv[2] ?? "package-lock.json";
const lock = JSON.parse(readFileSync(file, "utf8"));
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === "" || entry.link || entry.inBundle || entry.resolved || !entry.integrity) continue;
  const name = entry.name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  entry.resolved = `https://registry.npmjs.org/${name}/-/${name.split("/").pop()}-${entry.version}.tgz`;
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
