import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../stacks/project";

export function trustfoundryVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string }).version;
}
