import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hashOne } from "./dirhash";
import type { LockedSource } from "./schema";

/** Trustfoundry itself: its programs, rules and policies, by folder. */
const folders = ["components", "languages", "policies", "stacks", "tooling"] as const;

/** Digests of this checkout's or package's own folders, in the form of go.sum: of names and contents alone. */
export function sourcesOf(root: string, wanted: readonly string[] = folders): LockedSource[] {
  return wanted.map((folder) => ({
    folder,
    h1: hashOne(
      filesIn(join(root, folder)).map((name) => ({
        name: `${folder}/${name}`,
        sha256: createHash("sha256")
          .update(readFileSync(join(root, folder, name)))
          .digest("hex"),
      })),
    ),
  }));
}

function filesIn(directory: string, prefix = ""): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) return [];
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) return filesIn(join(directory, entry.name), `${name}/`);
    return entry.isFile() ? [name] : [];
  });
}
