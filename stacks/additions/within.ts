import { resolve } from "node:path";

/** Finds paths of a configuration, which are relative to the project that it belongs to. */
export function within(directory: string): (path: string) => string {
  return (path) => resolve(directory, path);
}
