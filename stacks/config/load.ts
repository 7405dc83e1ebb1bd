import type { z } from "zod";
import { ConfigurationError, describeIssues, location, nearest, show } from "./errors";
import { roles, roleSchemas } from "./factory";
import type { Factory, InfrastructureConfig, KeysConfig, Role, TrustConfig, WorkloadsConfig } from "./factory";

export type StackConfig = TrustConfig | KeysConfig | InfrastructureConfig | WorkloadsConfig | Factory;

/** Keys that programs read on their own as Pulumi secrets; they never pass through the schema or its messages. */
export const secretKeys: readonly string[] = ["trustSecrets"];

/**
 * Parses the sections of a stack's configuration (keys without the `trustfoundry:` prefix) for the role they name.
 * Throws one ConfigurationError that lists every problem with its path, value and remedy.
 */
export function parseConfig(sections: Readonly<Record<string, unknown>>): StackConfig {
  const raw = Object.fromEntries(Object.entries(sections).filter(([key]) => !secretKeys.includes(key)));
  const role = raw.role;
  if (typeof role !== "string" || !isRole(role)) {
    const near = typeof role === "string" ? nearest(role, roles) : undefined;
    const remedy = near ? `write ${near}` : `write one of ${roles.join(", ")}`;
    throw new ConfigurationError([
      `trustfoundry:role: ${role === undefined ? "missing" : `${show(role, "role")} is not known`}; ${remedy}`,
    ]);
  }
  return parseAs(role, raw) as StackConfig;
}

/** As `parseConfig`, for a caller that needs one particular role. */
export function parseAs<R extends Role>(
  role: R,
  raw: Readonly<Record<string, unknown>>,
): z.infer<(typeof roleSchemas)[R]> {
  const broken = brokenTexts(raw);
  if (broken.length > 0)
    throw new ConfigurationError(
      broken.map((path) => `${location(path)}: has half of a character, which no file can hold; write it again`),
    );
  const schema = roleSchemas[role];
  const result = schema.safeParse(raw);
  if (!result.success) throw new ConfigurationError(describeIssues(result.error, schema, raw));
  return result.data as z.infer<(typeof roleSchemas)[R]>;
}

/** Places of texts and names that no file could hold: they would end what is rendered from them. */
function brokenTexts(raw: unknown): (string | number)[][] {
  const found: (string | number)[][] = [];
  const todo: { readonly value: unknown; readonly path: (string | number)[] }[] = [{ value: raw, path: [] }];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { value, path } = next;
    if (typeof value === "string" && halfOfAPair.test(value)) found.push(path);
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      const place = [...path, Array.isArray(value) ? Number(key) : key];
      if (halfOfAPair.test(key)) found.push(path);
      else if (place.length < deepest) todo.push({ value: inner, path: place });
    }
  }
  return found;
}

const halfOfAPair = /\p{Surrogate}/u;
/** Nothing stands that deep in any schema. */
const deepest = 100;

function isRole(value: string): value is Role {
  return (roles as readonly string[]).includes(value);
}

/** Pulumi hands structured settings over as JSON text; plain ones as they are. */
export function sectionsOf(
  settings: Readonly<Record<string, string>>,
  project = "trustfoundry",
): Record<string, unknown> {
  const sections: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(settings)) {
    if (key.startsWith(`${project}:`)) sections[key.slice(project.length + 1)] = decode(text);
  }
  return sections;
}

function decode(text: string): unknown {
  if (/^(true|false|[[{].*)$/s.test(text)) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }
  return text;
}
