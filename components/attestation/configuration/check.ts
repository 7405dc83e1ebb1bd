import { parse } from "smol-toml";
import type { z } from "zod";
import { keyBrokerSchema } from "./keyBrokerSchema";
import { openKeyBroker } from "./openKeyBroker";
import { openAttestationService, openValueProvider } from "./openServices";
import { retiredKeys } from "./retiredKeys";
import { attestationServiceSchema, valueProviderSchema } from "./serviceSchemas";

/**
 * Everything that is wrong with a kbs-config.toml for Trustee v0.21.0, as sentences: unknown and retired keys, values
 * that it would refuse, and settings that open it. Empty when it may be used. Values are never shown where they may be
 * secret.
 */
export function checkKbsConfiguration(toml: string): string[] {
  return check("kbs-config.toml", toml, parse, keyBrokerSchema, openKeyBroker);
}

/** The same of the attestation service's as-config.json. */
export function checkAttestationServiceConfiguration(json: string): string[] {
  return check("as-config.json", json, JSON.parse, attestationServiceSchema, openAttestationService);
}

/** The same of the reference value provider's rvps.json, which Trustee replaces by defaults when it cannot read it. */
export function checkValueProviderConfiguration(json: string): string[] {
  return check("rvps.json", json, JSON.parse, valueProviderSchema, openValueProvider);
}

function check<T>(
  file: string,
  content: string,
  read: (content: string) => unknown,
  schema: z.ZodType<T>,
  open: (config: T) => string[],
): string[] {
  let raw: unknown;
  try {
    raw = read(content);
  } catch {
    // A parser's own message would show a part of the file.
    return [`${file}: cannot be parsed as ${file.endsWith(".toml") ? "TOML" : "JSON"}; correct its syntax`];
  }
  const old = retiredIn(raw);
  const result = schema.safeParse(raw);
  const problems = result.success ? open(result.data) : [...old, ...result.error.issues.flatMap(sentences)];
  return problems.map((problem) => `${file}: ${problem}`);
}

type Path = readonly (string | number)[];

function sentences(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.filter((part): part is string | number => typeof part !== "symbol");
  if (issue.code === "unrecognized_keys")
    return issue.keys
      .map((key) => [...path, key])
      .filter((unknown) => insteadOf(unknown) === undefined)
      .map((unknown) => `${location(unknown)}: no such key in Trustee v0.21.0, which would ignore it; remove it`);
  const here = location(path) || "the file";
  if (issue.code === "invalid_union")
    return [`${here}: missing or not known to Trustee v0.21.0; write ${issue.message}`];
  if (issue.code === "invalid_value")
    return [`${here}: missing or not known to Trustee v0.21.0; write ${issue.values.map(String).join(", ")}`];
  if (issue.code === "invalid_type")
    return [`${here}: missing or of another type; write ${typeNames[issue.expected] ?? issue.expected}`];
  return [`${here}: is out of range (${issue.message.toLowerCase()}); write another value`];
}

const typeNames: Readonly<Record<string, string>> = {
  object: "a table",
  array: "a list",
  string: "a text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
};

/** Parts of the longest path below; a file may be nested far deeper than a stack is. */
const deepestRetired = 6;

/** Retired keys anywhere in the file, also in tables whose kind is not known and which no schema fits. */
function retiredIn(value: unknown, path: Path = []): string[] {
  if (value === null || typeof value !== "object" || path.length > deepestRetired) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    const instead = insteadOf(here);
    return instead === undefined
      ? retiredIn(child, here)
      : [`${location(here)}: a key of earlier versions of Trustee; write ${instead}`];
  });
}

function insteadOf(path: Path): string | undefined {
  const key = path
    .map((part, index) => (typeof part === "number" ? "[]" : `${index === 0 ? "" : "."}${part}`))
    .join("");
  return Object.hasOwn(retiredKeys, key) ? retiredKeys[key] : undefined;
}

/** `plugins[0].vault_url`; keys are shown short, since they are somebody else's text. */
function location(path: Path): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${part.slice(0, 60)}`))
    .join("");
}
