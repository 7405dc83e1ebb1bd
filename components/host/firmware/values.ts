import type { AttributeValue, FirmwareSetting } from "./plan";
import type { RegisteredAttribute } from "./registry";

/** A whole number, or text that is one. */
function numeral(value: AttributeValue): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

const alike = (one: AttributeValue, other: AttributeValue): boolean =>
  String(one).toLowerCase() === String(other).toLowerCase();

/** Whether this value is what the setting asks for. Firmware may spell it in other cases, or a number as text. */
export function holds(setting: FirmwareSetting, value: AttributeValue): boolean {
  const { atLeast } = setting;
  if (atLeast !== undefined) {
    const number = numeral(value);
    if (number !== undefined) return number >= atLeast;
  }
  return setting.values.some((wanted) => alike(wanted, value));
}

/** The value to write, as the registry spells and types it, or undefined where it allows none that does. */
export function valueToWrite(setting: FirmwareSetting, attribute: RegisteredAttribute): AttributeValue | undefined {
  for (const wanted of setting.values) {
    const value = asRegistered(wanted, attribute);
    if (value !== undefined && holds(setting, value)) return value;
  }
  return setting.atLeast === undefined ? undefined : nearest(setting, attribute);
}

function asRegistered(wanted: AttributeValue, attribute: RegisteredAttribute): AttributeValue | undefined {
  switch (attribute.type) {
    case "enumeration": {
      const exact = attribute.allowed?.find((allowed) => allowed === String(wanted));
      if (exact !== undefined) return exact;
      const near = attribute.allowed?.filter((allowed) => alike(allowed, wanted)) ?? [];
      return near.length === 1 ? near[0] : undefined;
    }
    case "integer": {
      const number = numeral(wanted);
      if (number === undefined) return undefined;
      const { lowest = number, highest = number } = attribute;
      return number >= lowest && number <= highest ? number : undefined;
    }
    case "boolean":
      return alike(wanted, true) ? true : alike(wanted, false) ? false : undefined;
    case "string":
      return String(wanted);
    case "password":
      return undefined;
  }
}

/** Where the wanted number is not allowed: the next above it that is, else the greatest that still does. */
function nearest(setting: FirmwareSetting, attribute: RegisteredAttribute): AttributeValue | undefined {
  const { atLeast = 0 } = setting;
  const [first] = setting.values;
  const wanted = (first === undefined ? undefined : numeral(first)) ?? atLeast;
  if (attribute.type === "integer") {
    const { lowest = wanted, highest = wanted } = attribute;
    const number = Math.min(Math.max(wanted, lowest), highest);
    return number >= atLeast ? number : undefined;
  }
  const numbers = (attribute.allowed ?? [])
    .map((text) => ({ text, number: numeral(text) }))
    .filter((entry): entry is { text: string; number: number } => (entry.number ?? -1) >= atLeast)
    .sort((one, other) => one.number - other.number);
  return (numbers.find(({ number }) => number >= wanted) ?? numbers.at(-1))?.text;
}

/** What an attribute takes, for messages. */
export function describeAllowed(attribute: RegisteredAttribute): string {
  switch (attribute.type) {
    case "enumeration":
      return attribute.allowed?.join(", ") ?? "no values";
    case "integer":
      return `${attribute.lowest ?? "?"} to ${attribute.highest ?? "?"}`;
    default:
      return `a ${attribute.type}`;
  }
}
