import { isObject } from "../../policies/place";
import { madeUpAddress, madeUpDigits, madeUpHex, madeUpUuid } from "./madeUp";
import { unknown } from "./wire";

/** What a template is filled from. */
export interface Scope {
  /** Seed of what is made up. */
  readonly seed: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Texts with places in braces, so that rows of tables stay data: `{vaultName}`, `{properties.tenantId}`, `{cluster:last}`
 * (what follows the last slash), and `{uuid what}`, `{hex 32 what}`, `{digits 21 what}`, `{address what}`, which are made up
 * from the resource's id and the word.
 */
export function fill(template: unknown, scope: Scope): unknown {
  if (Array.isArray(template)) return template.map((each) => fill(each, scope));
  if (isObject(template))
    return Object.fromEntries(Object.entries(template).map(([key, each]) => [fillText(key, scope), fill(each, scope)]));
  return typeof template === "string" ? fillText(template, scope) : template;
}

export function fillText(template: string, scope: Scope): string {
  return template.replace(/\{([^{}]+)\}/g, (_, place: string) => placeText(place, scope));
}

/** The properties that a template names. */
export function placesOf(template: string): string[] {
  return [...template.matchAll(/\{([A-Za-z][\w.]*)(?::last)?\}/g)].map(([, place = ""]) => place);
}

function placeText(place: string, { seed, values }: Scope): string {
  const [how, ...rest] = place.split(" ");
  const [length, word] = [Number(rest[0]), `${seed} ${rest.at(-1) ?? ""}`];
  if (rest.length > 0)
    switch (how) {
      case "uuid":
        return madeUpUuid(word);
      case "hex":
        return madeUpHex(word, length);
      case "digits":
        return madeUpDigits(word, length);
      case "address":
        return madeUpAddress(word);
      default:
        throw new Error(`{${place}} stands for nothing; write uuid, hex, digits or address in front`);
    }
  const [path = "", form] = place.split(":");
  const value = valueAt(values, path);
  const text = typeof value === "string" || typeof value === "number" ? String(value) : `SIMULATED-${path}`;
  return form === "last" ? (text.split("/").at(-1) ?? text) : text;
}

export function valueAt(values: unknown, path: string): unknown {
  const found = path.split(".").reduce<unknown>((value, part) => {
    if (Array.isArray(value)) return (value as unknown[])[Number(part)];
    return isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }, values);
  return found === unknown ? undefined : found;
}

/** Outputs over inputs: a structure over a list goes into each of its members. */
export function over(inputs: unknown, outputs: unknown): unknown {
  if (!isObject(outputs)) return outputs === undefined ? inputs : outputs;
  if (Array.isArray(inputs)) return inputs.map((each) => over(each, outputs));
  const below = isObject(inputs) ? inputs : {};
  const merged = Object.entries(outputs).map(([key, each]) => [key, over(below[key], each)] as const);
  return { ...below, ...Object.fromEntries(merged) };
}
