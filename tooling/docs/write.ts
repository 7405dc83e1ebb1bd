import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Whether the file had to be written. */
export function writeIfChanged(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return false;
  writeFileSync(path, text);
  return true;
}
