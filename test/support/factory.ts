import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { parseAs } from "../../stacks/config/load";
import type { Factory } from "../../stacks/config/factory";

export const root = resolve(__dirname, "../..");

/** The sections of the sample description, a fresh copy at each call. */
export function sampleSections(): Record<string, unknown> {
  const file = parse(readFileSync(join(root, "Pulumi.rehearsal.yaml"), "utf8")) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(file.config).map(([key, value]) => [key.replace(/^trustfoundry:/, ""), value]),
  );
}

export function sampleFactory(): Factory {
  return parseAs("rehearsal", sampleSections());
}

/** A copy of a structure with the value at a path set, or removed when undefined. */
export function withValue<T>(structure: T, path: readonly (string | number)[], value: unknown): T {
  const copy = structuredClone(structure);
  const last = path.at(-1) as string | number;
  const parent = path
    .slice(0, -1)
    .reduce<Record<string | number, unknown>>(
      (node, part) => node[part] as Record<string | number, unknown>,
      copy as Record<string | number, unknown>,
    );
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}
